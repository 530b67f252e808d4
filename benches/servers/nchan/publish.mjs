// Starts nginx with nchan, and posts each event to it on time. Subscribers never meet this process.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, snapshot } from '../node/feed.mjs'

const port = Number(process.env.PORT ?? 8080)
const modules = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/local/libexec/nginx']
const found = modules.find((folder) => existsSync(join(folder, 'ngx_nchan_module.so')))
if (!found) {
  console.error('nginx has no module nchan; install it (Debian: apt-get install libnginx-mod-nchan)')
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'nchan-'))
const template = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8')
writeFileSync(join(folder, 'nginx.conf'), template.replace('{modules}', found).replace('{port}', port))
const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'inherit' })

// Whoever ends first, ends the other.
const end = () => nginx.kill()
process.on('SIGTERM', end)
process.on('SIGINT', end)
const gone = (code) => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
nginx.on('exit', (code) => gone(code ?? 1))
nginx.on('error', (error) => {
  console.error(`nginx did not start: ${error.message}`)
  gone(1)
})

// One connection, so that what is posted arrives in order.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function post(path, body) {
  const options = { host: '127.0.0.1', port, path, method: 'POST', agent }
  const request = http.request(options, (response) => response.resume())
  request.on('error', (error) => {
    console.error(`publishing failed: ${error.message}`)
    end()
  })
  request.end(JSON.stringify(body))
}

async function listening() {
  for (;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}/ready`)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

await listening()
run((event) => {
  post('/publish/snapshot', snapshot())
  post('/publish/events', event)
})
