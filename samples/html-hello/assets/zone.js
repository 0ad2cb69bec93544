// The host's page kit. A page goes on without it: opened by itself, or on a host that has none.
let kit;
try {
  kit = await (await import('/sdk/appzone.js')).appzone();
  const paint = () => (document.documentElement.style.colorScheme = kit.theme);
  paint();
  kit.on('theme', paint);
} catch {
  kit = undefined;
}

/** badge shows a number on the plugin's entry in the sidebar; none for 0. */
export const badge = (n) => kit?.badge(n || null);
