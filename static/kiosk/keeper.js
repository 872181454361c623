// A service worker: where a page cannot be loaded, the screen says so and tries again, instead of the browser's own
// page, from which nobody would get on. It keeps nothing of any page. Its address has the phone number for help.
const phone = new URL(location.href).searchParams.get("phone") ?? "";
const page = `<!DOCTYPE html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>番禺智慧政务自助终端</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1em; padding: 2em; text-align: center;
    font: 2.2rem/1.6 system-ui, sans-serif; color: #1f2933; background: #f4f6f8; }
  h1, p { margin: 0; }
</style>
<body>
<h1>网络中断</h1>
<p role="status">网络恢复后会自动继续，请稍候</p>
<p lang="en">No network just now. This screen goes on by itself once there is one.</p>
<p>人工帮助电话 <span lang="en">Help</span> <strong>${phone.replace(/[^0-9 +-]/g, "")}</strong></p>
<script>
  setInterval(() => fetch("/kiosk/state", { cache: "no-store" }).then((answer) => answer.ok && location.reload(), () => {}), 3000);
</script>
</body>
</html>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  event.respondWith(fetch(event.request).catch(() => new Response(page, { headers })));
});
