const day = 86_400;

// lives are how long a token may last, in seconds; 0 is for ever.
export const lives = [day, 7 * day, 30 * day, 90 * day, 365 * day, 0];

// shorterLives are those that end before a token does that ends at a time, or never.
export function shorterLives(expiresAt: string | null, now = Date.now()): number[] {
  const left = expiresAt ? (new Date(expiresAt).getTime() - now) / 1000 : Number.POSITIVE_INFINITY;
  return lives.filter((life) => life > 0 && life < left);
}
