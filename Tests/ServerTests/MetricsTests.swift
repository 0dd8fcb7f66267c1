// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Server

@Suite("GET /metrics")
struct MetricsTests {
    /// A page of metrics as Prometheus would read it.
    private struct Scrape {
        var samples: [String: Double] = [:]
        var problems: [String] = []

        init(_ text: String) {
            var helped: Set<Substring> = []
            var typed: [Substring: Substring] = [:]
            if !text.hasSuffix("\n") { problems.append("the last line does not end") }
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 3)
                if line.hasPrefix("# HELP ") {
                    if !helped.insert(words[2]).inserted { problems.append("two HELP: \(line)") }
                } else if line.hasPrefix("# TYPE ") {
                    if typed.updateValue(words[3], forKey: words[2]) != nil { problems.append("two TYPE: \(line)") }
                } else {
                    let name = line.prefix { $0 != "{" && $0 != " " }
                    if !helped.contains(name) || typed[name] == nil { problems.append("no HELP or TYPE: \(line)") }
                    if typed[name] == "counter", !name.hasSuffix("_total") { problems.append("no _total: \(line)") }
                    guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...])
                    else {
                        problems.append("no value: \(line)")
                        continue
                    }
                    let key = String(line[..<space])
                    if samples.updateValue(value, forKey: key) != nil { problems.append("twice: \(key)") }
                }
            }
        }
    }

    @Test("every sample has its HELP and TYPE, and says what is so")
    func metrics() async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(
                RouteFact.connected,
                RouteFact.container(RouteFact.web, "web"),
                RouteFact.container(RouteFact.worker, "job", status: "exited"),
                RouteFact.log(RouteFact.web, "one")
            )
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            _ = try await client.texts(2)
            _ = try await server.get("/nowhere/\(String(repeating: "x", count: 50))")
            _ = try await server.get("/containers?all=true")
            _ = try await server.get("/", [("Host", "evil.example")])
            _ = try await server.request("PROPFIND", "/logs")
            server.rates.advance(by: .milliseconds(1500))
            let reply = try await server.get("/metrics")
            #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let scrape = Scrape(reply.text)
            #expect(scrape.problems == [])
            let expected: [String: Double] = [
                #"sentinell_observer_info{version="1.2.3",mode="live"}"#: 1,
                "sentinell_observer_uptime_seconds": 1.5,
                "sentinell_observer_engine_connected": 1,
                #"sentinell_observer_containers{status="running"}"#: 1,
                #"sentinell_observer_containers{status="exited"}"#: 1,
                #"sentinell_observer_containers{status="gone"}"#: 0,
                "sentinell_observer_observations_total": 4,
                "sentinell_observer_messages_published_total": 2,
                "sentinell_observer_history_messages": 2,
                "sentinell_observer_clients": 1,
                #"sentinell_observer_http_requests_total{route="unmatched",method="GET",status="404"}"#: 1,
                #"sentinell_observer_http_requests_total{route="/containers",method="GET",status="200"}"#: 1,
                #"sentinell_observer_http_requests_total{route="/",method="GET",status="421"}"#: 1,
                #"sentinell_observer_http_requests_total{route="/logs",method="other",status="405"}"#: 1,
                #"sentinell_observer_http_requests_total{route="/ws/logs",method="GET",status="101"}"#: 1,
                #"sentinell_observer_refusals_total{reason="misdirected"}"#: 1,
            ]
            for (name, value) in expected { #expect(scrape.samples[name] == value, "\(name)") }
            for name in ["process_resident_memory_bytes", "process_open_fds", "process_anonymous_memory_bytes"] {
                #expect(scrape.samples[name] ?? 0 > 3, "\(name)")
            }
            let resident = scrape.samples["process_resident_memory_bytes"] ?? .infinity
            #expect(resident <= scrape.samples["process_resident_memory_max_bytes"] ?? 0)
            try await client.close()
        }
    }

    @Test("what labels hold is escaped")
    func escapes() {
        var text = Exposition()
        text.family("a", .gauge, "A thing.")
        text.sample(7, ["x": "a\"b\\c\nd"])
        text.sample(seconds: .milliseconds(12_034))
        #expect(text.text == "# HELP a A thing.\n# TYPE a gauge\na{x=\"a\\\"b\\\\c\\nd\"} 7\na 12.034\n")
    }

    @Test("the kernel's words are read, and what is missing is nothing")
    func status() {
        let status = "Name:\tobserver\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nRssAnon:\tmany kB\n"
        #expect(ProcessFigures.bytes("VmRSS", in: status) == 1 << 20)
        #expect(ProcessFigures.bytes("VmHWM", in: status) == 2 << 20)
        #expect(ProcessFigures.bytes("RssAnon", in: status) == nil)
        #expect(ProcessFigures.bytes("Vm", in: status) == nil)
    }
}
