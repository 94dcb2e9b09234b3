// Stock automerge-repo clients against our server: push, pull, reconnect, documents they may not
// have, documents they may not change. Arguments: JSON. Each step that holds is printed; the first
// that does not ends the program. It runs beside the installed example, docs/examples/node-client.
import assert from "node:assert"
import * as A from "@automerge/automerge"
import { Repo } from "@automerge/automerge-repo"
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket"
import { Device, observe, onDisk, text } from "./client.mjs"

const { base, codes, forbidden, unknown } = JSON.parse(process.argv[2])
const RETRY_MS = 200
const step = name => console.log(`holds: ${name}`)
const within = (ms, promise, what) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms)),
  ])
const until = (handle, holds, what) =>
  within(10_000, new Promise(resolve => {
    const look = () => holds(handle.doc()) && resolve()
    handle.on("change", look)
    look()
  }), what)

async function client(code) {
  const device = await Device.enrol(base, code)
  const adapter = new WebSocketClientAdapter(device.address(), RETRY_MS)
  const repo = new Repo({ network: [adapter] })
  const errors = []
  // The stock adapter only logs errors: what the server says is read on its way in, on any socket.
  const receive = adapter.receiveMessage.bind(adapter)
  adapter.receiveMessage = data => {
    const bytes = Buffer.from(data)
    if (bytes.includes("error")) errors.push(bytes.toString("latin1"))
    receive(data)
  }
  await within(5_000, adapter.whenReady(), "ready")
  return { device, adapter, repo, errors, named: await device.documents() }
}

const one = await client(codes[0])
const other = await client(codes[1])
const round = one.named.find(named => named.kind === "round" && named.sector)
const plan = one.named.find(named => named.kind === "plan")
assert(round.writable && !plan.writable)
assert(!one.named.some(named => [forbidden, unknown].includes(named.url)))
step("the token names its documents")

const mine = await within(10_000, one.repo.find(round.url), "an allowed document opens")
assert.deepEqual(Object.keys(mine.doc()), ["objects"])
let kept = onDisk(one.repo, mine)
const first = observe(mine, one.device, "première")
await within(10_000, kept, "the first push is acknowledged")
step("a client pushes")

const theirs = await within(10_000, other.repo.find(round.url), "the other opens it")
await until(theirs, doc => doc.objects[`observation:${first}`], "the other pulls")
assert.deepEqual(A.getHeads(theirs.doc()), A.getHeads(mine.doc()))
step("another pulls")

const second = observe(theirs, other.device, "deuxième")
await until(mine, doc => doc.objects[`observation:${second}`], "it comes without being asked for")
theirs.change(doc => { doc.objects[`observation:${second}`].note = text("deuxième, revue") })
await until(mine, doc => doc.objects[`observation:${second}`].note?.toString() === "deuxième, revue",
  "an edit comes")
step("what one saves comes to the other at once")

one.adapter.socket.terminate()
const third = observe(mine, one.device, "hors ligne")
await until(theirs, doc => doc.objects[`observation:${third}`], "after a cut the stock client comes back")
one.adapter.disconnect()
const fourth = observe(mine, one.device, "hors ligne encore")
await new Promise(resolve => setTimeout(resolve, 2 * RETRY_MS))
assert(!theirs.doc().objects[`observation:${fourth}`], "control: nothing goes while it is off")
one.adapter.connect(one.repo.networkSubsystem.peerId, {})
await until(theirs, doc => doc.objects[`observation:${fourth}`], "connected again, it arrives")
step("clients reconnect and nothing is lost")

const told = []
for (const url of [unknown, forbidden]) {
  const failure = await within(10_000, one.repo.find(url).then(() => null, error => error), "an answer")
  assert(failure, `${url} must not open`)
  told.push(failure.message.replace(url, "").replace(url.replace("automerge:", ""), ""))
}
assert.equal(told[0], told[1])
step("unknown and forbidden documents are unavailable alike")

const readOnly = await within(10_000, one.repo.find(plan.url), "the plan opens")
const before = A.getHeads(readOnly.doc())
const plans = await within(10_000, other.repo.find(plan.url), "the plan opens to the other")
readOnly.change(doc => {
  doc.objects[`team:${crypto.randomUUID()}`] = { v: 1, code: text("E99"), professional: false }
})
const deadline = Date.now() + 10_000
while (!one.errors.some(error => error.includes("document-read-only")) && Date.now() < deadline)
  await new Promise(resolve => setTimeout(resolve, 20))
assert(one.errors.some(error => error.includes("document-read-only")), "the refusal is told")
assert.deepEqual(A.getHeads(plans.doc()), before)
const fifth = observe(mine, one.device, "cinquième")
await until(theirs, doc => doc.objects[`observation:${fifth}`], "control: the same client's round goes on")
assert.deepEqual(A.getHeads(plans.doc()), before)
step("a read-only document is not changed, and the rest goes on")
process.exit(0)
