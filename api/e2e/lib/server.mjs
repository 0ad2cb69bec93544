// A development server, or another site: one page for every path, as the tools of authors do.
import http from "node:http";

// serve answers every request with page(request, response) and ends with the test t. The name is what browsers ask for.
export async function serve(t, page, name = "localhost") {
  const server = http.createServer(async (req, res) => {
    res.setHeader("content-type", "text/html; charset=utf-8");
    res.end(await page(req, res));
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://${name}:${server.address().port}`;
}
