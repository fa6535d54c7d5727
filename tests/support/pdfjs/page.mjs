// Runs in the browser: pdf.js's viewer, and a search as its search bar makes it.
import * as pdfjs from "./node_modules/pdfjs-dist/legacy/build/pdf.mjs";

globalThis.pdfjsLib = pdfjs; // the viewer's module looks for it there
const { EventBus, FindState, PDFFindController, PDFLinkService, PDFViewer } = await import(
  "./node_modules/pdfjs-dist/legacy/web/pdf_viewer.mjs"
);
pdfjs.GlobalWorkerOptions.workerSrc = "./node_modules/pdfjs-dist/legacy/build/pdf.worker.mjs";

const eventBus = new EventBus();
const linkService = new PDFLinkService({ eventBus });
const findController = new PDFFindController({ eventBus, linkService });
const container = document.getElementById("container");
const viewer = new PDFViewer({ container, eventBus, linkService, findController });
linkService.setViewer(viewer);

const highlights = () => [...container.querySelectorAll(".textLayer .highlight")];

/** Waits, frame by frame, until `holds` does. */
async function until(holds) {
  while (!holds()) await new Promise(requestAnimationFrame);
}

/** Shows a PDF; gives the text of each page. */
async function open(url) {
  const pdf = await pdfjs.getDocument({ url, verbosity: 0 }).promise;
  viewer.setDocument(pdf);
  linkService.setDocument(pdf);
  await viewer.firstPagePromise;
  viewer.currentScale = 1;
  await until(() => container.querySelector(".textLayer .endOfContent"));
  const texts = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    texts.push(items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
  }
  return texts;
}

/** Searches for a phrase, or for several; whether any was found. The viewer scrolls to it. */
async function search(query) {
  eventBus.dispatch("findbarclose", {});
  await until(() => !highlights().length);
  const state = await new Promise((resolve) => {
    const listen = (event) => {
      if (event.state === FindState.PENDING) return;
      eventBus.off("updatefindcontrolstate", listen);
      resolve(event.state);
    };
    eventBus.on("updatefindcontrolstate", listen);
    eventBus.dispatch("find", {
      source: window,
      type: "again",
      query,
      caseSensitive: true,
      entireWord: false,
      highlightAll: true,
      findPrevious: false,
      matchDiacritics: true,
    });
  });
  if (state === FindState.NOT_FOUND) return false;
  await until(() => container.querySelector(".textLayer .highlight.selected"));
  return true;
}

/** The highlights in points of their page, origin bottom left, without the padding they have. */
function marked() {
  return highlights().map((element) => {
    const page = Number(element.closest(".page").dataset.pageNumber) - 1;
    const view = viewer.getPageView(page);
    const frame = view.div.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const padding = parseFloat(getComputedStyle(element).paddingLeft);
    const at = (x, y) =>
      view.viewport.convertToPdfPoint(
        x - frame.left - view.div.clientLeft,
        y - frame.top - view.div.clientTop,
      );
    const [left, bottom] = at(box.left + padding, box.bottom - padding);
    const [right, top] = at(box.right - padding, box.top + padding);
    return { page, text: element.textContent, left, bottom, right, top };
  });
}

async function show(page) {
  viewer.currentPageNumber = page + 1;
  await until(() => {
    const view = viewer.getPageView(page);
    return view.renderingState === 3 && view.div.querySelector(".textLayer .endOfContent");
  });
}

Object.assign(window, { open, search, marked, show, ready: true });
