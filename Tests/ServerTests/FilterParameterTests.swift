// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Testing

@testable import Server

private let times = TimeReference(
    now: Timestamp(seconds: 10_000),
    start: Timestamp(seconds: 5000),
    marks: ["deploy": Timestamp(seconds: 7000), "deploy-1": Timestamp(seconds: 8000)]
)

private func stream(_ parameters: [(name: String, value: String)]) throws(ParameterError) -> StreamRequest {
    try StreamRequest(parameters: parameters, times: times)
}

@Suite("The parameters of streams and pages")
struct FilterParameterTests {
    @Test("Without parameters everything but stats is wanted, with the tail of 100")
    func standard() throws {
        let request = try stream([])
        #expect(request.filter == MessageFilter())
        #expect(!request.filter.types.contains(MessageTypes(.stats)))
        #expect(MessageTypes.standard.union(MessageTypes(.stats)) == .all)
        #expect(request.start == .tail(100))
        #expect(!request.waits)
    }

    @Test("Unknown parameters are passed over")
    func unknown() throws {
        #expect(try stream([("colour", "red"), ("", "")]).filter == MessageFilter())
    }

    @Test("All parameters are read")
    func everything() throws {
        let request = try stream([
            ("types", "log,stats"), ("container", "web-*"), ("container", "db"), ("label", "a=b=c"), ("label", "x"),
            ("level", "warning"), ("stream", "stderr"), ("q", "a b"), ("re", "^x+$"), ("since", "40m"),
            ("until", "@deploy-1-30s"), ("after", "18446744073709551615"), ("run", "r"), ("wait", "true"),
            ("tail", "5"),
        ])
        let filter = request.filter
        #expect(filter.types == [MessageTypes(.log), MessageTypes(.stats)])
        #expect(filter.containers.count == 2)
        #expect(filter.labels == [LabelRequirement(key: "a", value: "b=c"), LabelRequirement(key: "x")])
        #expect(filter.level == .warning)
        #expect(filter.stream == .stderr)
        #expect(filter.text == "a b")
        #expect(filter.pattern?.text == "^x+$")
        #expect(filter.since == Timestamp(seconds: 7600))
        #expect(filter.until == Timestamp(seconds: 7970))
        #expect(request.start == .after(.max, run: "r"))
        #expect(request.waits)
    }

    @Test("since without tail begins at the oldest message, with tail at the tail")
    func beginnings() throws {
        #expect(try stream([("since", "+1s")]).start == .oldest)
        #expect(try stream([("since", "+1s"), ("tail", "7")]).start == .tail(7))
        #expect(try stream([("tail", "0")]).start == .tail(0))
    }

    @Test("Equal wishes make equal filters, whatever their order")
    func equality() throws {
        let a = try stream([("types", "log,mark"), ("label", "b"), ("label", "a"), ("re", "x"), ("level", "DEBUG")])
        let b = try stream([("re", "x"), ("label", "a"), ("types", "mark"), ("label", "b"), ("types", "log,log")])
        #expect(a.filter == b.filter)
        #expect(a.filter.hashValue == b.filter.hashValue)
        #expect(try a.filter != stream([("re", "y"), ("label", "a"), ("label", "b")]).filter)
    }

    @Test(
        "An empty, malformed or doubled value is an error that names the parameter and its value",
        arguments: [
            ("types", "log,foo"), ("types", ""), ("types", "log,"), ("container", ""), ("container", "web-["),
            ("container", "[z-a]"), ("label", "=x"), ("level", "LOUD"), ("stream", "stdin"), ("q", ""), ("re", ""),
            ("re", "(a"), ("re", "a{70000}"), ("re", "(?:(?:(?:a{1,99}){1,99}){1,99}){1,99}"), ("tail", "-1"),
            ("tail", "2001"), ("tail", "ten"), ("since", "yesterday"), ("since", "@nothing"), ("since", "10"),
            ("until", "5x"), ("until", "-10m"), ("after", "1.5"), ("after", "18446744073709551616"), ("run", ""),
            ("wait", "maybe"),
        ]
    )
    func malformed(name: String, value: String) throws {
        let error = try #require(throws: ParameterError.self) { try stream([(name, value)]) }
        #expect(error.parameter == name)
        #expect(error.description.contains(name) && error.description.contains(value))
        #expect(error.description.hasPrefix("The parameter ") && error.description.hasSuffix("."))
    }

    @Test("What may be given once may not be given twice, and until not lie before since")
    func contradictions() {
        #expect(throws: ParameterError.self) { try stream([("level", "ERROR"), ("level", "INFO")]) }
        #expect(throws: ParameterError.self) { try stream([("since", "5m"), ("until", "10m")]) }
        let many = (0...RequestParameters.repeatLimit).map { (name: "container", value: "c\($0)") }
        #expect(throws: ParameterError.self) { try stream(many) }
        #expect(throws: ParameterError.self) { try stream([("re", String(repeating: "a", count: 1025))]) }
        #expect(throws: ParameterError.self) { try stream([("q", String(repeating: "a", count: 1025))]) }
    }

    @Test("A page has a limit, an order and a position")
    func pages() throws {
        let request = try PageRequest(
            parameters: [("limit", "10000"), ("order", "newest"), ("after", "7"), ("run", "r"), ("tail", "3")],
            times: times
        )
        #expect(request.limit == 10_000 && request.order == .newest && request.after == 7 && request.tail == 3)
        #expect(try PageRequest(parameters: [], times: times).limit == 1000)
        for (name, value) in [("limit", "0"), ("limit", "10001"), ("order", "random")] {
            #expect(throws: ParameterError.self) { try PageRequest(parameters: [(name, value)], times: times) }
        }
    }

    @Test(
        "Times are RFC 3339, ago, after the start, or at, before and after marks",
        arguments: [
            ("1970-01-01T00:00:01Z", Int64(1_000_000_000)), ("1970-01-01T01:00:00.5+01:00", 500_000_000),
            ("10m", 9_400_000_000_000), ("1h30m", 4_600_000_000_000), ("1.5s", 9_998_500_000_000),
            ("0s", 10_000_000_000_000), ("250ms", 9_999_750_000_000), ("+90s", 5_090_000_000_000),
            ("@deploy", 7_000_000_000_000), ("@deploy-30s", 6_970_000_000_000), ("@deploy+1m", 7_060_000_000_000),
            ("@deploy-1", 8_000_000_000_000), ("@deploy-1-1s", 7_999_000_000_000), (" 90s", 5_090_000_000_000),
        ]
    )
    func time(text: String, nanoseconds: Int64) throws {
        #expect(try stream([("since", text)]).filter.since == Timestamp(nanoseconds: nanoseconds))
    }

    @Test("Durations without a unit, a number or an end are none")
    func durations() {
        for text in ["", "m", "1", "1m1", "1..5s", ".5s", "1.s", "99999999999999999999s", "300000d", "1e3s", "１s"] {
            #expect(TimeExpression.duration(text[...]) == nil, "\(text)")
        }
    }
}
