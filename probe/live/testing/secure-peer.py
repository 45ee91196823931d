"""TLS through memory buffers of asyncio: `PORT COUNT LINES`, as `talk` of secure-peers.mjs has it."""
import asyncio
import ssl
import sys

port, count, lines = map(int, sys.argv[1:4])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


async def converse():
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    own = writer.get_extra_info("sockname")[1]
    for line in range(lines):
        writer.write(f"port={own} line={line}\n".encode())
        await reader.readline()


async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(converse() for _ in range(count)))
    print("done", flush=True)
    await asyncio.sleep(3600)


asyncio.run(main())
