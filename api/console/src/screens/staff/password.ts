// Letters and digits that nobody takes for one another when they are read out or typed from paper.
const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

// newPassword makes a password of four groups of five, about 115 random bits.
export function newPassword(): string {
  const out: string[] = [];
  while (out.length < 20) {
    // What is left over of 256 would make some letters likelier than others.
    for (const n of crypto.getRandomValues(new Uint8Array(32))) {
      if (n < 256 - (256 % letters.length) && out.length < 20) out.push(letters.charAt(n % letters.length));
    }
  }
  return [0, 5, 10, 15].map((at) => out.slice(at, at + 5).join("")).join("-");
}
