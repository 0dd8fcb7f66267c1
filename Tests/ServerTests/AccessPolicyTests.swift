// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite("Who may")
struct AccessPolicyTests {
    private static let token = "0123456789abcdef"

    private func policy(
        _ host: String = "127.0.0.1",
        token: String? = nil,
        origins: [String] = [],
        hosts: [String] = [],
        isInsecure: Bool = false
    ) throws -> AccessPolicy {
        let configuration = try AccessConfiguration(
            token: try token.map { text throws(AccessError) in try AccessToken(text) },
            allowedOrigins: origins,
            allowedHosts: hosts,
            isInsecure: isInsecure
        )
        return try AccessPolicy(configuration, listeningOn: host)
    }

    private func code(_ policy: AccessPolicy, _ request: AccessRequest) -> String {
        switch policy.judge(request) {
        case .success(let grant): grant.isTrusted ? "trusted" : "public"
        case .failure(let refusal): refusal.code
        }
    }

    static let hosts: [(host: String?, isAllowed: Bool)] = [
        ("localhost", true), ("localhost:8001", true), ("LocalHost:1", true), ("localhost.", true),
        ("localhost.:80", true), ("127.0.0.1", true), ("127.0.0.1:8001", true), ("127.9.8.7:80", true),
        ("[::1]", true), ("[::1]:8001", true), ("[0:0:0:0:0:0:0:1]:8001", true), ("[::ffff:127.0.0.1]:80", true),
        ("dash.example", true), ("DASH.example.:443", true), ("localhost:", true),
        (nil, false), ("", false), ("evil.example", false), ("localhost.evil.example", false),
        ("evil.example:8001", false), ("127.0.0.1.evil.example", false), ("128.0.0.1", false), ("0.0.0.0", false),
        ("[::2]:80", false), ("::1", false), ("[::1", false), ("[::1]x", false), ("[localhost]", false),
        ("localhost:99999", false), ("localhost:8o", false), ("localhost@evil.example", false),
        ("127.1", false), ("2130706433", false), ("localhost..", false), ("192.168.0.2:8001", false),
    ]

    @Test("on a loopback address the Host must be a loopback's or an allowed one", arguments: hosts)
    func host(_ host: String?, _ isAllowed: Bool) throws {
        let policy = try policy(hosts: ["dash.example"])
        #expect(code(policy, AccessRequest(host: host)) == (isAllowed ? "trusted" : "misdirected"))
    }

    @Test("elsewhere the Host is free, since a token is what counts")
    func freeHost() throws {
        let policy = try policy("0.0.0.0", token: Self.token)
        let request = AccessRequest(host: "observer.example", authorization: "Bearer \(Self.token)")
        #expect(code(policy, request) == "trusted")
    }

    static let origins: [(origin: String, isAllowed: Bool)] = [
        ("http://localhost:3000", true), ("https://localhost", true), ("http://127.0.0.1:5173", true),
        ("http://[::1]:3000", true), ("HTTP://LOCALHOST:3000", true), ("https://dash.example", true),
        ("https://dash.example:443", true), ("http://tool.example:8080", true), ("http://127.0.0.2:8001", true),
        ("null", false), ("", false), ("http://evil.example", false), ("http://dash.example", false),
        ("https://dash.example:444", false), ("https://sub.dash.example", false), ("http://tool.example", false),
        ("http://localhost.evil.example", false), ("http://127.0.0.1.evil.example", false),
        ("http://127.0.0.3:8001", false), ("file://", false), ("chrome-extension://abcdef", false),
        ("ftp://localhost", false), ("localhost:3000", false), ("http://localhost:3000/", false),
        ("http://localhost:3000, http://evil.example", false), ("http://user@localhost", false),
    ]

    @Test("on a loopback address pages of this machine, of the server itself and allowed ones may", arguments: origins)
    func loopbackOrigin(_ origin: String, _ isAllowed: Bool) throws {
        let policy = try policy(origins: ["https://dash.example", "http://tool.example:8080"])
        let request = AccessRequest(host: "127.0.0.2:8001", origin: origin)
        #expect(code(policy, request) == (isAllowed ? "trusted" : "origin_not_allowed"))
    }

    static let exposedOrigins: [(origin: String, isAllowed: Bool)] = [
        ("https://observer.example", true), ("https://observer.example:443", true), ("https://dash.example", true),
        ("http://observer.example:443", true), ("http://observer.example", false), ("http://localhost:3000", false),
        ("http://127.0.0.1", false), ("null", false), ("https://evil.example", false),
    ]

    @Test("elsewhere pages of the server itself and allowed ones may", arguments: exposedOrigins)
    func exposedOrigin(_ origin: String, _ isAllowed: Bool) throws {
        let policy = try policy("0.0.0.0", origins: ["https://dash.example"], isInsecure: true)
        let request = AccessRequest(host: "observer.example:443", origin: origin)
        #expect(code(policy, request) == (isAllowed ? "trusted" : "origin_not_allowed"))
    }

    @Test("pages without an origin may when null is allowed")
    func nullOrigin() throws {
        let policy = try policy(origins: ["null"])
        #expect(code(policy, AccessRequest(host: "localhost", origin: "null")) == "trusted")
    }

    static let tokens: [(authorization: String?, subprotocols: [String], code: String)] = [
        ("Bearer 0123456789abcdef", [], "trusted"), ("bearer   0123456789abcdef", [], "trusted"),
        (nil, ["observer.v1", "bearer.0123456789abcdef"], "trusted"), (nil, ["bearer.0123456789abcdef"], "trusted"),
        ("Bearer wrong", ["bearer.0123456789abcdef"], "trusted"), (nil, [], "unauthorized"),
        ("Bearer", [], "unauthorized"), ("Bearer ", [], "unauthorized"), ("Bearer 0123456789abcde", [], "unauthorized"),
        ("Bearer 0123456789abcdef0", [], "unauthorized"), ("Bearer 0123456789abcdeF", [], "unauthorized"),
        ("Bearer 0123456789abcdef0123456789abcdef", [], "unauthorized"), ("Basic 0123456789abcdef", [], "unauthorized"),
        ("0123456789abcdef", [], "unauthorized"), (nil, ["observer.v1"], "unauthorized"),
        (nil, ["Bearer.0123456789abcdef"], "unauthorized"), (nil, ["bearer.wrong"], "unauthorized"),
    ]

    @Test("a token is needed wherever one is set", arguments: tokens)
    func token(_ authorization: String?, _ subprotocols: [String], _ expected: String) throws {
        for host in ["127.0.0.1", "0.0.0.0"] {
            let policy = try policy(host, token: Self.token)
            var request = AccessRequest(host: "localhost", authorization: authorization, subprotocols: subprotocols)
            #expect(code(policy, request) == expected, "listening on \(host)")
            request.isPublic = true
            #expect(code(policy, request) == (expected == "trusted" ? "trusted" : "public"))
        }
    }

    @Test("a refusal says what would allow the request, and never the token")
    func messages() throws {
        let policy = try policy(token: Self.token)
        func message(_ request: AccessRequest) -> String {
            if case .failure(let refusal) = policy.judge(request) { refusal.message } else { "" }
        }
        #expect(message(AccessRequest(host: "Evil.Example:80")).contains("--allow-host evil.example."))
        #expect(message(AccessRequest(host: nil)).contains("--allow-host"))
        let origin = AccessRequest(host: "localhost", origin: "https://dash.example")
        #expect(message(origin).contains("--allow-origin https://dash.example "))
        #expect(message(AccessRequest(host: "localhost")).contains("--token-file"))
        let wrong = message(AccessRequest(host: "localhost", authorization: "Bearer secret-secret-secret"))
        #expect(wrong.contains("--token-file") && !wrong.contains("secret"))
        #expect(message(AccessRequest(host: String(repeating: "x", count: 5000))).utf8.count < 1000)
    }

    static let listening: [(host: String, isLoopback: Bool)] = [
        ("127.0.0.1", true), ("localhost", true), ("::1", true), ("[::1]", true), ("127.3.2.1", true),
        ("LOCALHOST", true), ("0.0.0.0", false), ("::", false), ("192.168.1.2", false), ("observer.example", false),
        ("", false), ("127.0.0.1.example", false), ("::ffff:10.0.0.1", false),
    ]

    @Test(
        "off loopback the server refuses to start without a token, unless that is said to be wanted",
        arguments: listening
    )
    func start(_ host: String, _ isLoopback: Bool) throws {
        if isLoopback {
            #expect(try policy(host).isExposed == false)
        } else {
            let error = #expect(throws: AccessError.self) { try policy(host) }
            #expect(error?.description.contains("--token-file") ?? false)
            #expect(error?.description.contains("--insecure") ?? false)
        }
        #expect(try policy(host, isInsecure: true).isExposed == !isLoopback)
        #expect(try policy(host, token: Self.token).needsToken)
    }

    @Test(
        "an origin or a host that is none is refused by a sentence that names the option",
        arguments: ["*", "dash.example", "https://", "https://dash.example/path", "https://a b", "://x"]
    )
    func badOptions(_ text: String) {
        let origin = #expect(throws: AccessError.self) { try AccessConfiguration(allowedOrigins: [text]) }
        #expect(origin?.description.hasPrefix("--allow-origin \(text) ") ?? false)
        let host = #expect(throws: AccessError.self) { try AccessConfiguration(allowedHosts: ["\(text):80"]) }
        #expect(host?.description.hasPrefix("--allow-host ") ?? false)
    }
}
