// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import TestSupport
import Testing

@testable import Server

@Suite("A thousand containers")
struct RouteManyTests {
    @Test("all of them are listed, in order of their names")
    func thousand() async throws {
        try await LiveServer.run { (server) async throws in
            var facts = [RouteFact.connected]
            for number in 0..<1000 {
                let digits = String(0x10_0000 + number, radix: 16)
                let id = RouteFact.id(digits)
                facts.append(RouteFact.container(id, "c\(digits)", labels: #"{"app":"a","tier":"front"}"#))
                facts.append(RouteFact.stats(id))
            }
            await server.pipeline.take(facts.map { Observation(fact: $0) })
            for (target, key) in [("/containers", "containers"), ("/stats", "stats")] {
                let reply = try await server.get(target)
                let entries = try reply.json()[key].elements
                #expect(entries.count == 1000)
                let names = entries.compactMap { $0["name"].string ?? $0["container"].string }
                #expect(names == names.sorted())
            }
        }
    }
}
