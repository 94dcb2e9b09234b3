// The peer of `cargo xtask bench sync`: npm's automerge-repo as a server, WebSocket and files, as
// its own documentation sets it up. Arguments: port, folder.
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"
import path from "node:path"

const [, , port, folder, packages] = process.argv
const require = createRequire(path.join(packages, "package.json"))
const load = name => import(pathToFileURL(require.resolve(name)).href)
const { Repo } = await load("@automerge/automerge-repo")
const { WebSocketServerAdapter } = await load("@automerge/automerge-repo-network-websocket")
const { NodeFSStorageAdapter } = await load("@automerge/automerge-repo-storage-nodefs")
const { WebSocketServer } = require("ws")

const sockets = new WebSocketServer({ port: Number(port), host: "127.0.0.1" })
new Repo({
  // Its five seconds of patience with a busy client would cut connections on a slow machine.
  network: [new WebSocketServerAdapter(sockets, 3_600_000)],
  storage: new NodeFSStorageAdapter(folder),
  sharePolicy: async () => false,
})
sockets.on("listening", () => console.log("ready"))
