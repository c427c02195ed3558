// Deploys a compiled TypeScript program through the Automation API. typescript.py sends one JSON line to stdin for each
// command, and reads one JSON line with the result from stdout.
//
//   node stack.js STACK DIRECTORY    (with bin/index.js in it)

"use strict";

const path = require("path");
const readline = require("readline");
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

const [name, directory] = process.argv.slice(2);

// The program is loaded again for each command, as in a new process.
async function program() {
    const compiled = path.join(directory, "bin");
    for (const file of Object.keys(require.cache).filter((file) => file.startsWith(compiled + path.sep))) {
        delete require.cache[file];
    }
    return require(path.join(compiled, "index.js"));
}

async function run(stack, { command, argument }) {
    if (command === "configure") {
        return stack.setAllConfig(argument);
    }
    if (command === "outputs") {
        const outputs = await stack.outputs();
        return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
    }
    const events = [];
    const onEvent = (event) => events.push(event);
    const result = { events, output: "", error: null };
    try {
        const { stdout, stderr } = await stack[command]({ onEvent, color: "never" });
        result.output = stdout + stderr;
    } catch (failure) {
        result.error = result.output = String(failure);
    }
    return result;
}

async function main() {
    const settings = { stackName: name, projectName: "evalap", program };
    const stack = await LocalWorkspace.createOrSelectStack(settings, { workDir: directory });
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const answer = await run(stack, JSON.parse(line));
        process.stdout.write(JSON.stringify(answer ?? null) + "\n");
    }
}

main();
