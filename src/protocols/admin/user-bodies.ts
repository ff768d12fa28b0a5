import { z } from 'zod'

export const userName = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'a user is named as NAME@DOMAIN')
/** What is wrong with a password is judged where it is set; here only that nobody sends a book. */
export const userPassword = z.string().max(1_024, 'a password has 256 characters at most')
