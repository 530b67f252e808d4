// The feed on the four ways, in plain Node: `http`, and `ws` for WebSocket.
import http from 'node:http'
import { WebSocketServer } from 'ws'
import { after, run, snapshot } from './feed.mjs'

const streams = new Set()
const waiting = new Set()

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  switch (url.pathname) {
    case '/poll':
      return json(response, snapshot())
    case '/long-poll':
      return longPoll(url.searchParams, response)
    case '/sse':
      return sse(response)
    default:
      response.writeHead(404).end()
  }
})

function json(response, body) {
  response.setHeader('content-type', 'application/json')
  response.setHeader('cache-control', 'no-store')
  response.end(JSON.stringify(body))
}

function longPoll(query, response) {
  const events = query.has('after') ? after(Number(query.get('after'))) : snapshot()
  if (events.length > 0) return json(response, events)
  const hold = setTimeout(() => response.writeHead(204).end(), Number(query.get('hold') ?? 25) * 1000)
  waiting.add(response)
  response.on('close', () => {
    clearTimeout(hold)
    waiting.delete(response)
  })
}

function sse(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

const sockets = new WebSocketServer({ server, path: '/ws' })

run((event) => {
  const text = JSON.stringify(event)
  for (const response of streams) response.write(`id: ${event.seq}\ndata: ${text}\n\n`)
  for (const socket of sockets.clients) socket.send(text)
  for (const response of waiting) json(response, [event])
  waiting.clear()
})

// Polls come on one connection, and may be further apart than Node's 5 s.
server.keepAliveTimeout = 75_000
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1')
