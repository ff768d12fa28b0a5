/** What `doctor` says of one thing: well, to be looked at, or wrong. Whatever is not well has a way out. */
export type Check =
  | { readonly id: string; readonly state: 'ok'; readonly message: string }
  | { readonly id: string; readonly state: 'warn' | 'fail'; readonly message: string; readonly fix: string }

export const well = (id: string, message: string): Check => ({ id, state: 'ok', message })
export const doubtful = (id: string, message: string, fix: string): Check => ({ id, state: 'warn', message, fix })
export const wrong = (id: string, message: string, fix: string): Check => ({ id, state: 'fail', message, fix })
