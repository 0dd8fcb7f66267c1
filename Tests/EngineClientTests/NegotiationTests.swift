// SPDX-License-Identifier: Apache-2.0

import DockerAPI
import TestSupport
import Testing

@testable import EngineClient

@Suite("Negotiating the API's version", .timeLimit(.minutes(2)))
struct NegotiationTests {
    /// What a stub engine says of itself; `nil` fields are not sent.
    struct Engine: Sendable {
        var version: String?
        var answersHead = true
        var pingStatus = 200
        var document: String?
    }

    static func negotiate(_ engine: Engine) async throws -> (Result<EngineIdentity, EngineError>, [String]) {
        try await withStubEngine { request, responder in
            if request.path == "/version" {
                await responder.json(engine.document == nil ? 404 : 200, engine.document ?? "{}")
            } else if request.method == "HEAD", !engine.answersHead {
                await responder.json(403, "")
            } else {
                let fields: KeyValuePairs = [
                    engine.version == nil ? "X" : "Api-Version": engine.version ?? "y", "Ostype": "linux",
                    "Server": "Docker/20.10.24+dfsg1 (linux)",
                ]
                await responder.json(engine.pingStatus, "OK", fields)
            }
        } body: { stub in
            let client = try makeClient(stub)
            var result: Result<EngineIdentity, EngineError>
            do throws(EngineError) {
                result = .success(try await client.negotiate())
            } catch {
                result = .failure(error)
            }
            return (result, stub.requests.map { "\($0.method) \($0.target)" })
        }
    }

    @Test("A ping is enough for an engine of our time")
    func ping() async throws {
        let (result, requests) = try await Self.negotiate(Engine(version: "1.41"))
        let identity = try result.get()
        #expect(identity.apiVersion == .init(1, 41))
        #expect(identity.engineAPIVersion == .init(1, 41))
        #expect(identity.engineVersion == "20.10.24+dfsg1")
        #expect(identity.osType == "linux")
        #expect(identity.serverHeader == "Docker/20.10.24+dfsg1 (linux)")
        #expect(identity.minimumAPIVersion == nil)
        #expect(requests == ["HEAD /_ping"])
        #expect(try await Self.negotiate(Engine(version: "1.24")).0.get().apiVersion == .init(1, 24))
        #expect(try await Self.negotiate(Engine(version: "1.51")).0.get().apiVersion == .init(1, 51))
    }

    @Test("GET stands in for HEAD, and an engine that is unwell still tells its version")
    func fallbacks() async throws {
        let (result, requests) = try await Self.negotiate(Engine(version: "1.41", answersHead: false))
        #expect(try result.get().apiVersion == .init(1, 41))
        #expect(requests == ["HEAD /_ping", "GET /_ping"])
        let unwell = try await Self.negotiate(Engine(version: "1.41", pingStatus: 500))
        #expect(try unwell.0.get().apiVersion == .init(1, 41))
    }

    @Test("Without a version in the ping GET /version is asked")
    func versionDocument() async throws {
        let document = #"{"Version":"4.9.3","ApiVersion":"1.41","MinAPIVersion":"1.24","Os":"linux"}"#
        let (result, requests) = try await Self.negotiate(Engine(document: document))
        let identity = try result.get()
        #expect(identity.apiVersion == .init(1, 41))
        #expect(identity.engineVersion == "4.9.3")
        #expect(identity.minimumAPIVersion == .init(1, 24))
        #expect(requests == ["HEAD /_ping", "GET /version"])
    }

    @Test("A newer engine is asked with our newest version, if it still knows it")
    func newerEngines() async throws {
        let document = #"{"Version":"29.1.0","ApiVersion":"1.56","MinAPIVersion":"1.44"}"#
        let identity = try await Self.negotiate(Engine(version: "1.56", document: document)).0.get()
        #expect(identity.apiVersion == .init(1, 51))
        #expect(identity.engineAPIVersion == .init(1, 56))
        #expect(identity.minimumAPIVersion == .init(1, 44))
        #expect(try await Self.negotiate(Engine(version: "1.56")).0.get().apiVersion == .init(1, 51))
    }

    @Test("An engine that is too new, too old or none at all is told so")
    func refusals() async throws {
        let tooNew = #"{"Version":"30.0.0","ApiVersion":"1.60","MinAPIVersion":"1.52"}"#
        let cases: [(Engine, EngineError.Code, [String])] = [
            (
                Engine(version: "1.60", document: tooNew), .incompatibleVersion,
                ["1.52 at least", "1.51 at most", "upgrade"]
            ),
            (Engine(version: "1.23"), .incompatibleVersion, ["1.23 at most", "1.24 at least", "upgrade the engine"]),
            (Engine(), .incompatibleVersion, ["does not say", "is it an engine?"]),
            (Engine(version: "nonsense"), .incompatibleVersion, ["does not say"]),
            (Engine(pingStatus: 503), .status, ["GET /_ping", "503"]),
        ]
        for (engine, code, parts) in cases {
            guard case .failure(let error) = try await Self.negotiate(engine).0 else {
                Issue.record("\(engine) was accepted")
                continue
            }
            #expect(error.code == code)
            for part in parts { #expect(error.description.contains(part), "\(error)") }
        }
    }
}
