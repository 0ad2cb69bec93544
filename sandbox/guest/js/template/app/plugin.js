/// <reference path="../appzone.d.ts" />

// Hello-plugin is a plugin of App Zone: it greets who asks.
/** @type {AppZone.Plugin} */
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname !== '/') return new Response('', { status: 404 });
    const user = request.headers.get('X-AppZone-User') || 'stranger';
    return new Response(`Hello, ${user}!\n`, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  },
};
