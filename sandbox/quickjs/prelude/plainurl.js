// The short way for addresses as most are.

// plain are the characters of addresses that need no second look.
const plain = /^[\x21\x24-\x26\x28-\x3b\x3d\x3f-\x5a\x5f\x61-\x7a\x7e]+$/;
const knownAuthorities = new Map();

// plainURL reads an address as most are, of http and without anything to escape or to resolve; null for others.
function plainURL(input) {
  const protocol = input.startsWith("http://") ? "http:" : input.startsWith("https://") ? "https:" : null;
  if (protocol === null || !plain.test(input)) return null;
  const start = protocol.length + 2, end = input.indexOf("/", start);
  if (end < 0) return null;
  const mark = input.indexOf("?", end), pathname = mark < 0 ? input.slice(end) : input.slice(end, mark);
  if (pathname.includes("/.") || (pathname.includes("%2") && /%2e/i.test(pathname))) return null;
  const key = input.slice(0, end);
  let known = knownAuthorities.get(key);
  if (known === undefined) {
    if (key.includes("?") || key.includes("@")) return null;
    known = absoluteURL(newParts(protocol), key.slice(protocol.length) + "/");
    if (knownAuthorities.size < 64 && key.length < 300) knownAuthorities.set(key, known);
  }
  return {
    protocol, username: "", password: "", hostname: known.hostname, port: known.port, pathname,
    search: mark < 0 ? "" : input.slice(mark), hash: "", authority: true, opaque: false,
  };
}
