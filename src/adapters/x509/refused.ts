/** A container is not taken; the message is a sentence's end about "it", without any value of it. */
export class Refused extends Error {}
