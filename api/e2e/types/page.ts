// A page as an author writes it. It is only read by the compiler.
import { appzone, type Zone } from "/sdk/appzone.js";

const zone: Zone = await appzone();
const role: "admin" | "user" | "agent" = zone.member.role;
const stop: () => void = zone.on("call.*", (call, { type, time }) => console.log(type, time, call.from));
zone.on("screenPop", (data) => console.log(data));
zone.on("theme", (theme) => theme === "dark");
zone.on("lost", ({ count }) => count === null);
zone.notify({ title: role, level: "warning" });
zone.badge(null);
zone.navigate({ plugin: "inbox", path: "chat/1" });
zone.navigate("https://example.com/");
new WebSocket(zone.socketURL("live"));
const answer: Response = await zone.fetch("api", { method: "POST", body: "{}" });
stop();

// @ts-expect-error there is no such event
zone.on("calls", () => {});
// @ts-expect-error a member is not written
zone.member.role = "admin";
// @ts-expect-error there is no such level
zone.notify({ title: "a", level: "loud" });
// @ts-expect-error a notification has a title
zone.notify({ body: "a" });
// @ts-expect-error only http and https
zone.navigate("javascript:alert(1)");
export { answer };
