// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EngineClient

@Suite("Streams of an engine", .timeLimit(.minutes(2)))
struct EngineStreamTests {
    @Test("A stream returns at the head, hands out what came, and ends with nil")
    func cleanEnd() async throws {
        try await withStubEngine { request, responder in
            await responder.head(200, ["X": "y"], framing: request.path == "/close" ? .untilClose : .chunked)
            for number in 0..<100 { await responder.chunk("\(number)\n") }
            await responder.end()
        } body: { stub in
            let client = try makeClient(stub)
            for target in ["/chunked", "/close"] as [RequestTarget] {
                let stream = try await client.stream(target)
                #expect(stream.head["x"] == "y")
                let (bytes, error) = await drain(stream)
                #expect(error == nil)
                #expect(String(decoding: bytes, as: UTF8.self) == (0..<100).map { "\($0)\n" }.joined())
                #expect(try await stream.next() == nil, "the end stays")
            }
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("The head comes before the first byte of the body, and an idle stream waits for as long as it takes")
    func idleStream() async throws {
        try await withStubEngine { request, responder in
            if request.path == "/events" { await responder.head(200) }
            await responder.closed()
        } body: { stub in
            let client = try makeClient(stub) { $0.headTimeout = .seconds(2) }
            let stream = try await client.stream("/events")
            async let end = drain(stream)
            // Longer than the head's time: it must not matter once the head is there.
            await letTimePass(client, .milliseconds(2500))
            #expect(stub.record.openConnections >= 1)
            stream.cancel()
            #expect(await end.error?.code == .cancelled)
        }
    }

    @Test("A cut is told apart from the end, wherever it falls, and what came before it is not lost (facts J2, J3)")
    func cuts() async throws {
        let wire = Array("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n".utf8)
        try await withStubEngine { request, responder in
            await responder.head(200)
            await responder.raw(Array(wire.prefix(Int(request.query["at"] ?? "") ?? 0)))
            responder.close()
        } body: { stub in
            let client = try makeClient(stub)
            for count in 0...wire.count {
                let stream = try await client.stream(RequestTarget("logs").query("at", count))
                let (bytes, error) = await drain(stream)
                #expect("hello world".utf8.starts(with: bytes))
                let expected = [0..<4: 0, 8..<14: 5, 19..<26: 11].first { $0.key.contains(count) }?.value
                if let expected { #expect(bytes.count == expected, "cut at \(count)") }
                #expect(error?.code == (count == wire.count ? nil : .truncated), "cut at \(count)")
                #expect(error?.isCut == (count == wire.count ? nil : true))
            }
        }
    }

    @Test("A reset and bytes that are no chunks are errors of their own, after what came before them")
    func badEnds() async throws {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        try await withStubEngine(on: .tcp) { request, responder in
            await responder.head(200)
            await responder.chunk("before")
            if request.path == "/nonsense" {
                await responder.raw("nonsense")
            } else {
                for await _ in gate { break }
                await responder.reset()
            }
        } body: { stub in
            let client = try makeClient(stub)
            let nonsense = await drain(try await client.stream("/nonsense"))
            #expect(nonsense.bytes == Array("before".utf8))
            #expect(nonsense.error?.code == .malformedResponse)
            let stream = try await client.stream("/reset")
            #expect(try await stream.next() == Array("before".utf8))
            opener.yield()
            let reset = await drain(stream)
            #expect(reset.error?.code == .reset)
            #expect(reset.error?.description.contains("broke during GET /reset: Connection reset by peer") == true)
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("Cancelling the task, cancelling the stream and dropping it each close the connection")
    func cancellation() async throws {
        try await withStubEngine { _, responder in
            await responder.head(200)
            await responder.chunk("x")
            await responder.closed()
        } body: { stub in
            let client = try makeClient(stub)
            let task = try await client.stream("/task")
            await withTaskGroup(of: EngineError?.self) { group in
                group.addTask { await drain(task).error }
                await stub.until { $0.openConnections == 1 }
                group.cancelAll()
                for await error in group { #expect(error?.code == .cancelled) }
            }
            await stub.until { $0.openConnections == 0 }

            let stream = try await client.stream("/stream")
            stream.cancel()
            #expect(await drain(stream).error?.code == .cancelled)
            await stub.until { $0.openConnections == 0 }

            do { _ = try await client.stream("/dropped") }
            await stub.until { $0.acceptedConnections == 3 && $0.openConnections == 0 }
        }
    }

    @Test("Cancelling while the head is awaited closes the connection too")
    func cancelledOpening() async throws {
        try await withStubEngine { _, responder in
            await responder.closed()
        } body: { stub in
            let client = try makeClient(stub)
            await withTaskGroup(of: EngineError?.self) { group in
                group.addTask { await failure { () throws(EngineError) in _ = try await client.stream("/x") } }
                await stub.until { $0.requests.count == 1 }
                group.cancelAll()
                for await error in group { #expect(error?.code == .cancelled) }
            }
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("A consumer that does not take holds the engine up, in bounded memory, and loses nothing")
    func backPressure() async throws {
        let piece = [UInt8](repeating: 66, count: 32 * 1024)
        let count = 256
        let written = Counter()
        try await withStubEngine { request, responder in
            if request.path == "/stall" { return await responder.closed() }
            await responder.head(200)
            for _ in 0..<count {
                await responder.chunk(piece)
                written.add(piece.count)
            }
            await responder.end()
        } body: { stub in
            let client = try makeClient(stub) { $0.streamBuffer = 64 * 1024 }
            let stream = try await client.stream("/logs")
            await letTimePass(client, .milliseconds(300))
            let ahead = written.value
            // What the client holds, one read beyond it, and what two sockets hold.
            #expect(ahead < 2 * 1024 * 1024, "\(ahead) bytes were written though nobody read")
            var total = 0
            while let bytes = try await stream.next() {
                #expect(bytes.count <= 64 * 1024 + ReadBufferAllocator.busy)
                #expect(bytes.allSatisfy { $0 == 66 })
                total += bytes.count
            }
            #expect(total == count * piece.count)
        }
    }

    @Test("A stream with an idle timeout ends when it falls silent, not while its consumer is slow")
    func idleTimeout() async throws {
        try await withStubEngine { request, responder in
            if request.path == "/stall" { return await responder.closed() }
            if request.path == "/silent" {
                // In one write, so that no pause lies between the head and the only line.
                await responder.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
                await responder.closed()
            } else {
                await responder.head(200)
                for _ in 0..<64 { await responder.chunk([UInt8](repeating: 1, count: 16 * 1024)) }
                await responder.end()
            }
        } body: { stub in
            let client = try makeClient(stub) { $0.streamBuffer = 16 * 1024 }
            let silent = await drain(try await client.stream("/silent", idleTimeout: .milliseconds(50)))
            #expect(silent.bytes == Array("x".utf8))
            #expect(silent.error?.code == .idle)
            #expect(silent.error?.description.contains("50 ms") == true)
            let slow = try await client.stream("/busy", idleTimeout: .seconds(2))
            await letTimePass(client, .milliseconds(2500))
            let busy = await drain(slow)
            #expect(busy.error == nil)
            #expect(busy.bytes.count == 1024 * 1024)
        }
    }

    @Test("Two tasks that take from one stream are told so instead of hanging")
    func misuse() async throws {
        try await withStubEngine { _, responder in
            await responder.head(200)
            await responder.closed()
        } body: { stub in
            let stream = try await makeClient(stub).stream("/x")
            await withTaskGroup(of: EngineError.Code?.self) { group in
                for _ in 0..<2 { group.addTask { await drain(stream).error?.code } }
                #expect(await group.next() == .misuse)
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
        }
    }

    @Test("A hundred streams at once each get their own lines in order")
    func manyStreams() async throws {
        try await withStubEngine { request, responder in
            await responder.head(200)
            for number in 0..<200 { await responder.chunk("\(request.path) \(number)\n") }
            await responder.end()
        } body: { stub in
            let client = try makeClient(stub)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for stream in 0..<100 {
                    group.addTask {
                        let (bytes, error) = await drain(try await client.stream(RequestTarget("\(stream)")))
                        #expect(error == nil)
                        let expected = (0..<200).map { "/\(stream) \($0)\n" }.joined()
                        #expect(String(decoding: bytes, as: UTF8.self) == expected)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
