// Connects a client of the TypeScript SDK, makes the calls it is given, and prints what came of them as JSON.
// Argument: {"sdk": "v1" | "v2", "url": ... or "command": ..., "args": [...], "options": {...}, "calls": [[tool, arguments], ...]}

const asked = JSON.parse(process.argv[2]);

function library() {
  if (asked.sdk === "v2") {
    return { ...require("@modelcontextprotocol/client"), ...require("@modelcontextprotocol/client/stdio") };
  }
  return {
    ...require("@modelcontextprotocol/sdk/client/index.js"),
    ...require("@modelcontextprotocol/sdk/client/stdio.js"),
    ...require("@modelcontextprotocol/sdk/client/streamableHttp.js"),
  };
}

async function play() {
  const { Client, StdioClientTransport, StreamableHTTPClientTransport } = library();
  const client = new Client({ name: "play", version: "1" }, asked.options);
  const transport = asked.url
    ? new StreamableHTTPClientTransport(new URL(asked.url))
    : new StdioClientTransport({ command: asked.command, args: asked.args, env: process.env, stderr: "inherit" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const [name, args] of asked.calls) {
    results.push(await client.callTool({ name, arguments: args }));
  }
  const server = client.getServerVersion();
  const instructions = client.getInstructions();
  if (asked.url) {
    await transport.terminateSession();
  }
  await client.close();
  console.log(JSON.stringify({ server, instructions, tools, results }));
}

play().catch((error) => {
  console.error(error);
  process.exit(1);
});
