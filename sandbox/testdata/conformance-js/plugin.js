// The program of the conformance suite (host/runtimetest), in JavaScript.

const behaviour = await appzone.files.get("behaviour");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const forever = new Promise(() => {});

switch (behaviour) {
  case "crash":
    console.error("about to crash");
    appzone.exit(3);
    break;
  case "quit":
    appzone.exit(0);
    break;
  case "never":
    await forever;
    break;
  case "late":
    await pause(700);
}

export default {
  async fetch(request, env) {
    if (behaviour === "mute") await forever;
    const url = new URL(request.url);
    const number = (name) => Number(url.searchParams.get(name)) || 0;
    switch (url.pathname) {
      case "/":
        return new Response("hello");
      case "/slow":
        await pause(number("ms"));
        return new Response("slow");
      case "/log":
        for (let n = 1; n <= number("n"); n++) console.log("line", n);
        return new Response("done");
      case "/flood":
        for (;;) console.log("all work and no play makes a dull plugin");
      case "/settings":
        return Response.json(env.settings);
      case "/exit":
        env.exit(number("code"));
    }
    return new Response("not found", { status: 404 });
  },
  async stop() {
    if (behaviour === "stubborn") await forever;
  },
};
