// The built site in a real browser. `scripts/site build` builds it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "vitepress";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const PHONE = { width: 390, height: 844 };

let server, browser, origin, page, problems;

function executable() {
    const found = NAMES.map((name) => {
        try {
            return execFileSync("which", [name], { encoding: "utf8" }).trim();
        } catch {
            return undefined;
        }
    });
    const path = process.env.CHROMIUM ?? found.find(Boolean);
    assert.ok(path, "Chromium is not installed. Install the package `chromium`, or set CHROMIUM to the path of a browser.");
    return path;
}

before(async () => {
    browser = await chromium.launch({
        executablePath: executable(),
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const root = fileURLToPath(new URL("..", import.meta.url));
    server = (await serve({ root, port: 4179 })).server;
    origin = "http://localhost:4179";
});

after(async () => {
    await browser?.close();
    server?.close();
});

beforeEach(async () => {
    problems = [];
    page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) problems.push(`request to ${request.url()}`);
    });
});

afterEach(async () => {
    await page.close();
    assert.deepEqual(problems, []);
});

const open = (path) => page.goto(origin + path, { waitUntil: "networkidle" });

// The visible block of code of the first group of tabs.
const code = () => page.locator(".vp-code-group").first().locator(".blocks > .active").innerText();

const tab = (language) => page.locator(".vp-code-group").first().getByText(language, { exact: true });

test("start page shows the installation in each language and links to all parts", async () => {
    await open("/");
    assert.match(await page.title(), /Scaleway/);
    for (const [language, command] of [["Python", "pip install"], ["TypeScript", "npm install"], ["Java", "mvn"]]) {
        await tab(language).click();
        assert.ok((await code()).includes(command), language);
    }
    for (const target of ["/overview.html", "/components.html", "/reference/", "/languages.html"]) {
        assert.ok((await page.locator(`main a[href="${target}"]`).count()) + (await page.locator(`.VPHome a[href="${target}"]`).count()) > 0, target);
    }
});

test("chosen language is shown on the next pages", async () => {
    await open("/reference/databases/instance.html");
    assert.match(await code(), /import evalap_scaleway/);
    await tab("YAML").click();
    assert.match(await code(), /type: evalap-scaleway:databases:Instance/);
    await page.locator(".VPSidebar").getByText("ReadReplica", { exact: true }).click();
    await page.waitForURL("**/readReplica.html");
    await page.locator("h1", { hasText: "databases.ReadReplica" }).waitFor();
    assert.match(await code(), /type: evalap-scaleway:databases:ReadReplica/);
    await open("/reference/network/vpc.html");
    assert.match(await code(), /type: evalap-scaleway:network:Vpc/);
});

test("search finds a resource by the words of its name", async () => {
    await open("/");
    await page.keyboard.press("Control+k");
    await page.locator(".VPLocalSearchBox input").fill("private network");
    const results = page.locator(".VPLocalSearchBox .result");
    await results.first().waitFor();
    const links = await results.evaluateAll((found) => found.map((result) => result.getAttribute("href")));
    assert.ok(links.slice(0, 5).some((link) => link.startsWith("/reference/network/privateNetwork.html")), links.slice(0, 5).join(" "));
    await results.first().click();
    await page.locator(".vp-doc h1").waitFor();
});

test("diagrams are drawn in both colour schemes", async () => {
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await open("/reference/evalap/application.html");
        await page.locator(".diagram svg").getByText("evalap.ServerlessContainer").first().waitFor();
    }
});

test("pages are as wide as a phone", async () => {
    await page.setViewportSize(PHONE);
    const paths = ["/", "/overview.html", "/components.html", "/languages.html", "/comparison.html", "/reference/", "/examples/everything/", "/project/contributing.html"];
    for (const path of [...paths, "/reference/evalap/application.html", "/reference/object/bucketServerSideEncryptionConfiguration.html"]) {
        await open(path);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= PHONE.width, `${path} is ${width} pixels wide`);
    }
});
