// Links that a plugin's author wrote. Nothing but pages and letters: whatever else an address may start does not become a link.

export function pageLink(url: string | undefined): string | undefined {
  if (!url) return undefined;
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
}

export function mailLink(address: string | undefined): string | undefined {
  return address && /^[^\s@?&]+@[^\s@?&]+$/.test(address) ? `mailto:${address}` : undefined;
}
