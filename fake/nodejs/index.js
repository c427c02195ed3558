// Starts a fake Scaleway as a process, with functions that read its objects and requests, inject faults and advance its
// clock. The package contains the binary for one platform. index.d.ts documents the functions.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { createInterface } = require("node:readline");

// The API key of `Fake.environment`. Both parts are invented.
exports.ACCESS_KEY = "SCWXXXXXXXXXXXXXXXXX";
exports.SECRET_KEY = "11111111-1111-4111-8111-111111111111";
// The default project, which always exists. As at Scaleway, it has the ID of its organization.
exports.PROJECT_ID = "5ca1e3a7-fa4e-4000-8000-000000000001";

exports.Fake = class Fake {
    #process;

    constructor(url, process) {
        this.url = url;
        this.#process = process;
    }

    static async start({ settle = 0, seed, enforcePermissions = false } = {}) {
        const args = ["--listen", "127.0.0.1:0", "--settle", String(settle)];
        if (enforcePermissions) args.push("--enforce-permissions");
        const directory = seed && mkdtempSync(path.join(tmpdir(), "scaleway-fake-"));
        try {
            if (directory) {
                const file = path.join(directory, "seed.json");
                writeFileSync(file, JSON.stringify(seed));
                args.push("--seed", file);
            }
            const started = spawn(binary(), args, { stdio: ["ignore", "pipe", "inherit"] });
            return new Fake(await firstLine(started), started);
        } finally {
            if (directory) rmSync(directory, { recursive: true });
        }
    }

    get environment() {
        return {
            SCW_API_URL: this.url,
            EVALAP_SCALEWAY_PROBE_ENDPOINT: this.url,
            SCW_ACCESS_KEY: exports.ACCESS_KEY,
            SCW_SECRET_KEY: exports.SECRET_KEY,
            SCW_DEFAULT_PROJECT_ID: exports.PROJECT_ID,
            SCW_DEFAULT_ORGANIZATION_ID: exports.PROJECT_ID,
        };
    }

    async stop() {
        if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
        const ended = new Promise((resolve) => this.#process.once("exit", resolve));
        this.#process.kill();
        await ended;
    }

    requests() {
        return this.#send("GET", "requests");
    }

    async objects(kind) {
        const objects = await this.#send("GET", "objects");
        return objects.filter((object) => kind === undefined || object.kind === kind);
    }

    async change(id, fields) {
        await this.#send("PATCH", "objects", { ...(await this.#address(id)), fields });
    }

    async remove(id) {
        await this.#send("DELETE", "objects", await this.#address(id));
    }

    async fault(kind, where = {}) {
        await this.#send("POST", "faults", { kind, ...where });
    }

    async clearFaults() {
        await this.#send("DELETE", "faults");
    }

    async advance(seconds) {
        await this.#send("POST", "clock", { advance: seconds });
    }

    async settle(seconds) {
        await this.#send("POST", "settle", { seconds });
    }

    unstored() {
        return this.#send("GET", "unstored");
    }

    seed() {
        return this.#send("GET", "seed");
    }

    async restore(seed) {
        await this.#send("PUT", "seed", seed);
    }

    async #address(id) {
        const found = (await this.objects()).find((object) => object.id === id);
        if (!found) throw new Error(`The fake has no object with the ID ${id}.`);
        return { kind: found.kind, locality: found.locality, id: found.id };
    }

    async #send(method, name, body) {
        const response = await fetch(`${this.url}/_fake/${name}`, { method, body: body && JSON.stringify(body) });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} /_fake/${name}: HTTP ${response.status}: ${text}`);
        return text ? JSON.parse(text) : undefined;
    }
};

// The binary of this package, otherwise the one on PATH.
function binary() {
    const name = process.platform === "win32" ? "scaleway-fake.exe" : "scaleway-fake";
    const own = path.join(__dirname, "bin", name);
    return existsSync(own) ? own : name;
}

// The first line that the process prints, which is the URL of the fake. Its error messages are on stderr.
function firstLine(started) {
    return new Promise((resolve, reject) => {
        createInterface({ input: started.stdout }).once("line", resolve);
        started.once("error", reject);
        started.once("exit", (code) => reject(new Error(`scaleway-fake did not start: exit code ${code}`)));
    });
}
