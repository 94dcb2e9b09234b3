// A client of Maraude in plain Node with stock automerge-repo: enrols as a tablet, opens the round
// it may write in, records one observation, and waits until the server has it on disk.
//
//   npm install && node client.mjs http://localhost:8600 CODE
//
// The protocol is in docs/SYNC_PROTOCOL.md, section 8; what documents hold in DOCUMENT_SCHEMA.md.
import crypto from "node:crypto"
import { pathToFileURL } from "node:url"
import * as A from "@automerge/automerge"
import { Repo } from "@automerge/automerge-repo"
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket"

/** Strings are scalars here; a plain JavaScript string would become a text object, and be refused. */
export const text = value => new A.ImmutableString(value)

/** An enrolled device: its key, its identifier, and the token of its session. */
export class Device {
  static async enrol(base, code) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519")
    const normalised = code.replace(/[^0-9A-Za-z]/g, "").toUpperCase()
    const answer = await post(`${base}/api/enrol`, {
      code,
      verifying_key: publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64"),
      proof: sign(privateKey, "maraude/enrol/1", Buffer.from(normalised)),
      app_version: "node-client",
    })
    const device = new Device()
    Object.assign(device, { base, privateKey, id: answer.device })
    await device.renew()
    return device
  }

  /** A new session: tokens last fifteen minutes, and a server that starts again knows none. */
  async renew() {
    const { nonce } = await post(`${this.base}/api/device/challenge`, { device: this.id })
    const id = Buffer.from(this.id.replaceAll("-", ""), "hex")
    const signed = Buffer.concat([id, Buffer.from(nonce, "base64")])
    const signature = sign(this.privateKey, "maraude/session/1", signed)
    const session = await post(`${this.base}/api/device/session`, { device: this.id, nonce, signature })
    this.token = session.token
  }

  /** What the token names. */
  async documents() {
    const headers = { authorization: `Bearer ${this.token}` }
    const answer = await fetch(`${this.base}/api/documents`, { headers })
    if (!answer.ok) throw new Error(`documents: ${answer.status}`)
    return (await answer.json()).documents
  }

  /** Where automerge-repo connects. */
  address() {
    return `${this.base.replace(/^http/, "ws")}/sync?access_token=${this.token}`
  }
}

/** The stock adapter, which takes a fresh token when the server does not know the old one. */
export class Adapter extends WebSocketClientAdapter {
  constructor(device, retryMs = 5000) {
    super(device.address(), retryMs)
    this.device = device
  }
  connect(peerId, metadata) {
    this.url = this.device.address()
    super.connect(peerId, metadata)
    this.socket.addEventListener("close", event => {
      if (event.code === 4401) this.device.renew().catch(() => {})
    })
  }
}

/** Resolves once the server has told heads that are ours: all is on its disk. */
export function onDisk(repo, handle) {
  return new Promise(resolve => {
    const look = message => {
      if (message.type !== "sync" || message.documentId !== handle.documentId) return
      const told = A.decodeSyncMessage(message.data).heads
      const own = A.getHeads(handle.doc())
      if (own.every(head => told.includes(head))) {
        repo.networkSubsystem.off("message", look)
        resolve()
      }
    }
    repo.networkSubsystem.on("message", look)
  })
}

/** One person seen, in a round: one change. */
export function observe(handle, device, note) {
  const at = Date.now()
  const id = crypto.randomUUID()
  handle.change(document => {
    document.objects[`observation:${id}`] = {
      v: 1,
      created: text(`${at} ${device.id}`),
      kind: text("individual"),
      observed_at: new Date(at),
      contact: text("observed"),
      certainty: text("certain"),
      heads: text("1 1 counted"),
      note: text(note),
    }
  })
  return id
}

async function post(url, body) {
  const headers = { "content-type": "application/json" }
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

function sign(key, domain, bytes) {
  return crypto.sign(null, Buffer.concat([Buffer.from(domain), bytes]), key).toString("base64")
}

async function main(base, code) {
  const device = await Device.enrol(base, code)
  const named = await device.documents()
  const round = named.find(one => one.kind === "round" && one.sector && one.writable)
  if (!round) throw new Error("no round is named to this device")
  const repo = new Repo({ network: [new Adapter(device)] })
  const handle = await repo.find(round.url)
  const kept = onDisk(repo, handle)
  const id = observe(handle, device, "vue depuis un client Node")
  await kept
  console.log(`on disk: observation ${id} in round ${round.id}`)
  process.exit(0)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await main(process.argv[2] ?? "http://localhost:8600", process.argv[3] ?? "")
}
