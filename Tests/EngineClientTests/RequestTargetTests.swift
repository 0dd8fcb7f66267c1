// SPDX-License-Identifier: Apache-2.0

import DockerAPI
import Testing

@testable import EngineClient

@Suite("Targets and requests")
struct RequestTargetTests {
    @Test("Segments, parameters and filters are percent-encoded")
    func encoding() {
        let target = RequestTarget("containers", "a/b c\r\nü%", "logs").query("follow", true).query("tail", 100)
            .query("since", "1.5&x=y").filters(Array(#"{"label":["a=b"]}"#.utf8))
        #expect(
            target.text == "/containers/a%2Fb%20c%0D%0A%C3%BC%25/logs?follow=1&tail=100&since=1.5%26x%3Dy"
                + "&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D"
        )
        #expect(target.path == "/containers/a%2Fb%20c%0D%0A%C3%BC%25/logs")
        #expect(target.versioned(.init(1, 41)).text.hasPrefix("/v1.41/containers/"))
    }

    @Test("A literal keeps its shape and cannot break the request line")
    func literals() {
        #expect(
            ("/containers/json?all=1" as RequestTarget).query("size", false).text == "/containers/json?all=1&size=0"
        )
        #expect(RequestTarget("/a b\r\nX: y#z").text == "/a%20b%0D%0AX:%20y%23z")
        #expect(("events" as RequestTarget).text == "/events")
        #expect(RequestTarget(segments: []).text == "/")
    }

    @Test("There is no method but GET and HEAD, and a request always has a Host (law 7)")
    func requests() {
        #expect(EngineRequest.Method.allCases.map(\.rawValue) == ["GET", "HEAD"])
        let bytes = EngineRequest(method: .head, target: "/_ping").bytes(host: "localhost", userAgent: "me/1")
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "HEAD /_ping HTTP/1.1\r\nHost: localhost\r\nUser-Agent: me/1\r\n\r\n"
        )
    }
}
