// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@Suite("Container ids")
struct ContainerIDTests {
    static let text = "f4701e19bd72f72f010a10f7f51fbc755528c3f54b617f6c887c99c854cb2892"

    @Test("64 hexadecimal digits are read in either case and printed in lower case", arguments: 0..<50)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let digits = Array("0123456789abcdef".utf8)
        let text = String(decoding: random.bytes(64, of: digits), as: UTF8.self)
        let id = try #require(ContainerID(text))
        #expect(id.description == text, "seed \(seed)")
        #expect(id.short == String(text.prefix(12)), "seed \(seed)")
        #expect(ContainerID(text.uppercased()) == id, "seed \(seed)")
        var bytes = Array("id=".utf8)
        id.append(to: &bytes)
        #expect(ContainerID(bytes[3...]) == id, "seed \(seed)")
        for count in [1, 4, 15, 16, 17, 33, 64] {
            #expect(id.hasPrefix(String(text.prefix(count)).uppercased()), "seed \(seed)")
        }
    }

    @Test("ids that differ in one digit differ, whichever it is")
    func difference() throws {
        let id = try #require(ContainerID(Self.text))
        for place in 0..<64 {
            var changed = Array(Self.text.utf8)
            changed[place] = changed[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let other = try #require(ContainerID(changed[...]))
            #expect(other != id)
            #expect(!other.hasPrefix(Self.text))
        }
        #expect(Set([id, ContainerID(Self.text)]).count == 1)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "f470", String(text.dropLast()), text + "0", "g" + text.dropFirst(), "/" + text.dropFirst(),
            String(repeating: "é", count: 32),
        ]
    )
    func none(text: String) {
        #expect(ContainerID(text) == nil)
    }
}

@Suite("Levels, gaps and messages")
struct NameTests {
    @Test("levels are ordered by gravity and named as the API names them")
    func levels() {
        #expect(Level.allCases.map(\.name.description) == ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
        #expect(Level.allCases == Level.allCases.sorted())
        for level in Level.allCases {
            #expect(Level(named: level.name.description) == level)
            #expect(Level(named: level.name.description.lowercased()) == level)
        }
        #expect(Level(named: "WARN") == nil)
        #expect(Level(named: "") == nil)
    }

    @Test("gap reasons are the API's closed list")
    func reasons() {
        let list =
            "stream_cut rotated driver_unreadable events_lost engine_restarted slow_client history_evicted other_run "
            + "recorder_overflow disk_full damaged"
        let names = (UInt8.min...UInt8.max).compactMap { Gap.Reason(rawValue: $0)?.name.description }
        #expect(names.joined(separator: " ") == list)
        let scopes = (UInt8.min...UInt8.max).compactMap { Gap.Scope(rawValue: $0)?.name.description }
        #expect(scopes.joined(separator: " ") == "engine container recorder client")
    }

    @Test("types with a number are the API's, in its order")
    func types() {
        #expect(
            MessageType.allCases.map(\.name.description)
                == ["log", "event", "verdict", "stats", "anomaly", "incident", "mark", "command", "engine", "gap"]
        )
        #expect(LogStream.stdout.name.description == "stdout")
        #expect(LogStream.stderr.name.description == "stderr")
        #expect(LogStream(rawValue: 1) == .stdout)
        #expect(LogStream(rawValue: 2) == .stderr)
        #expect(EngineConnection.State.connected.name.description == "connected")
        #expect(EngineConnection.State.disconnected.name.description == "disconnected")
    }

    @Test("a batch gives each message its own bytes")
    func batch() {
        let now = Timestamp(nanoseconds: 0)
        func header(_ sequence: UInt64, _ body: Range<Int>) -> MessageHeader {
            MessageHeader(sequence: sequence, time: now, timestamp: now, type: .mark, container: nil, body: body)
        }
        let batch = MessageBatch(bytes: Array("{}[1]".utf8), headers: [header(1, 0..<2), header(2, 2..<5)])
        #expect(!batch.isEmpty)
        #expect(batch.headers.map { String(decoding: batch.json(of: $0), as: UTF8.self) } == ["{}", "[1]"])
        #expect(MessageBatch().isEmpty)
    }
}
