// Reads a PDF, and searches in it, with pdf.js's viewer in headless Chromium.
//     node viewer.mjs JOB.json CHROMIUM
// The job: {pdf, queries: [text], pictures: [{page, queries: [text], path}]}.
// Prints {texts, found} as JSON: the text of each page, and for each query the highlights
// on the pages shown, or null where it is not found.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".css": "text/css" };
const HERE = fileURLToPath(new URL(".", import.meta.url));
const PATIENCE_MS = 120_000;
const [jobPath, executablePath] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobPath));

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const path = pathname === "/document.pdf" ? job.pdf : join(HERE, pathname);
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await puppeteer.launch({
  executablePath,
  headless: true,
  pipe: true, // Chromium then ends with this process, however that ends
  protocolTimeout: PATIENCE_MS,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(String(error)));
  await page.setViewport({ width: 820, height: 1140 });
  await page.goto(`http://127.0.0.1:${server.address().port}/viewer.html`);
  await page.waitForFunction("window.ready");
  const texts = await page.evaluate(() => open("/document.pdf"));
  const found = {};
  for (const query of job.queries) {
    found[query] = await page.evaluate(async (q) => ((await search(q)) ? marked() : null), query);
  }
  for (const { page: number, queries, path } of job.pictures) {
    await page.evaluate(
      async (n, q) => {
        await search(q);
        await show(n);
      },
      number,
      queries,
    );
    await page.screenshot({ path });
  }
  console.log(JSON.stringify({ texts, found }));
} finally {
  await browser.close();
  server.close();
}
