// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import EngineClient

@Suite("Finding the engine")
struct EngineEndpointTests {
    /// Files in memory; a path in `unreadable` throws.
    static func files(_ contents: [String: String], unreadable: Set<String> = []) -> EndpointFiles {
        struct Unreadable: Error {}
        return EndpointFiles(
            read: { path in
                if unreadable.contains(path) { throw Unreadable() }
                return contents[path].map { Array($0.utf8) }
            },
            list: { path in
                let names = contents.keys.filter { $0.hasPrefix(path + "/") }.compactMap {
                    $0.dropFirst(path.count + 1).split(separator: "/").first.map(String.init)
                }
                return Array(Set(names))
            }
        )
    }

    static let certificates = [
        "/certs/ca.pem": "CA", "/certs/cert.pem": "CERT", "/certs/key.pem": "SECRET KEY",
        "/home/me/.docker/ca.pem": "HOME CA",
    ]

    static func resolve(
        _ flag: String? = nil,
        _ environment: [String: String] = [:],
        _ contents: [String: String] = certificates
    ) throws(EngineError) -> EngineEndpoint {
        try EngineEndpoint.resolve(flag: flag, environment: environment, files: files(contents))
    }

    @Test(
        "A value of -H is read as the docker CLI reads it",
        arguments: [
            ("unix:///run/docker.sock", "unix:///run/docker.sock"), ("unix://", "unix:///var/run/docker.sock"),
            ("/run/user/1000/docker.sock", "unix:///run/user/1000/docker.sock"),
            ("tcp://host", "tcp://host:2375"), ("tcp://10.0.0.7:1234", "tcp://10.0.0.7:1234"),
            ("tcp://host:1/", "tcp://host:1"), ("host:99", "tcp://host:99"), ("TCP://host", "tcp://host:2375"),
            ("tcp://[::1]", "tcp://[::1]:2375"), ("tcp://[fe80::1%eth0]:80", "tcp://[fe80::1%eth0]:80"),
            ("http://host", "tcp://host:80"), ("http://host:2375/engines/a/", "tcp://host:2375/engines/a"),
            ("https://host", "https://host:443"), ("https://[::1]:2376/x", "https://[::1]:2376/x"),
        ]
    )
    func flags(value: String, expected: String) throws {
        let endpoint = try Self.resolve(value)
        #expect(endpoint.description == expected)
        #expect(endpoint.origin == .flag)
    }

    @Test("The flag wins over DOCKER_HOST, that over DOCKER_CONTEXT, that over the current context, that over nothing")
    func precedence() throws {
        func meta(_ host: String) -> String { #"{"Name":"\#(host)","Endpoints":{"docker":{"Host":"tcp://\#(host)"}}}"# }
        let contents = [
            "/home/me/.docker/config.json": #"{"auths":{},"currentContext":"current"}"#,
            "/home/me/.docker/contexts/meta/aa/meta.json": meta("current"),
            "/home/me/.docker/contexts/meta/bb/meta.json": meta("named"),
            "/other/config.json": #"{"currentContext":"elsewhere"}"#,
            "/other/contexts/meta/cc/meta.json": meta("elsewhere"),
        ]
        var environment = ["HOME": "/home/me", "DOCKER_HOST": "tcp://variable", "DOCKER_CONTEXT": "named"]
        #expect(try Self.resolve("tcp://flag", environment, contents).hostField == "flag:2375")
        var endpoint = try Self.resolve(nil, environment, contents)
        #expect(endpoint.hostField == "variable:2375")
        #expect(endpoint.origin == .variable("DOCKER_HOST"))
        environment["DOCKER_HOST"] = ""
        endpoint = try Self.resolve(nil, environment, contents)
        #expect(endpoint.hostField == "named:2375")
        #expect(endpoint.origin == .context("named"))
        environment["DOCKER_CONTEXT"] = nil
        #expect(try Self.resolve(nil, environment, contents).hostField == "current:2375")
        environment["DOCKER_CONFIG"] = "/other"
        #expect(try Self.resolve(nil, environment, contents).hostField == "elsewhere:2375")
        environment["DOCKER_CONTEXT"] = "default"
        endpoint = try Self.resolve(nil, environment, contents)
        #expect(endpoint == EngineEndpoint(address: .unix(path: "/var/run/docker.sock"), origin: .standard))
        #expect(try Self.resolve(nil, [:], [:]) == endpoint)
        #expect(try Self.resolve(nil, ["HOME": "/home/me"], [:]) == endpoint)
    }

    @Test("DOCKER_TLS_VERIFY secures tcp with the files of DOCKER_CERT_PATH, else of ~/.docker")
    func variablesOfSecurity() throws {
        var environment = ["HOME": "/home/me", "DOCKER_TLS_VERIFY": "1", "DOCKER_HOST": "tcp://host"]
        var endpoint = try Self.resolve(nil, environment)
        #expect(endpoint.description == "https://host:2376")
        #expect(endpoint.security?.authority?.bytes == Array("HOME CA".utf8))
        #expect(endpoint.security?.certificate == nil)
        environment["DOCKER_CERT_PATH"] = "/certs"
        endpoint = try Self.resolve(nil, environment)
        #expect(endpoint.security?.authority?.path == "/certs/ca.pem")
        #expect(endpoint.security?.key?.bytes == Array("SECRET KEY".utf8))
        #expect(endpoint.security?.isVerified == true)
        #expect(try Self.resolve("unix:///x", environment).security == nil)
        #expect(try Self.resolve("http://host", environment).security == nil)
        environment["DOCKER_TLS_VERIFY"] = ""
        #expect(try Self.resolve(nil, environment).description == "tcp://host:2375")
        environment["DOCKER_TLS"] = "1"
        #expect(try Self.resolve(nil, environment).security?.isVerified == false)
    }

    @Test("https is verified by the system's CAs, or by the files of DOCKER_CERT_PATH")
    func securityByScheme() throws {
        #expect(try Self.resolve("https://host").security == TransportSecurity())
        let endpoint = try Self.resolve("https://host", ["DOCKER_CERT_PATH": "/certs"])
        #expect(endpoint.security?.authority?.path == "/certs/ca.pem")
        #expect(endpoint.security?.isVerified == true)
    }

    @Test("A context brings its own TLS files, and may switch verification off")
    func contextsOfSecurity() throws {
        let docker = "/home/me/.docker"
        func resolve(_ meta: String, _ more: [String: String]) throws -> EngineEndpoint {
            let contents = ["\(docker)/contexts/meta/a1/meta.json": meta].merging(more) { $1 }
            return try Self.resolve(nil, ["HOME": "/home/me", "DOCKER_CONTEXT": "prod"], contents)
        }
        let plain = #"{"Name":"prod","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://h","SkipTLSVerify":false}}}"#
        let skipping = #"{"Name":"prod","Endpoints":{"docker":{"Host":"tcp://h:1","SkipTLSVerify":true}}}"#
        let files = [
            "\(docker)/contexts/tls/a1/docker/ca.pem": "A", "\(docker)/contexts/tls/a1/docker/cert.pem": "B",
            "\(docker)/contexts/tls/a1/docker/key.pem": "C",
        ]
        #expect(try resolve(plain, [:]).description == "tcp://h:2375")
        let secured = try resolve(plain, files)
        #expect(secured.description == "https://h:2376")
        #expect(secured.security?.authority?.bytes == [65])
        #expect(secured.security?.certificate?.bytes == [66])
        #expect(secured.security?.isVerified == true)
        #expect(try resolve(skipping, [:]).security?.isVerified == false)
        #expect(try resolve(skipping, files).security?.key?.bytes == [67])
        #expect(try resolve(#"{"Name":"prod","Endpoints":{}}"#, [:]).address == .unix(path: "/var/run/docker.sock"))
    }

    @Test("A mistake is a sentence that names the value and who gave it")
    func mistakes() {
        let home = ["HOME": "/home/me"]
        func check(
            _ flag: String?,
            _ environment: [String: String] = home,
            _ contents: [String: String] = [:],
            _ parts: String...
        ) {
            do throws(EngineError) {
                let endpoint = try Self.resolve(flag, environment, contents)
                Issue.record("\(flag ?? "-") \(environment) gave \(endpoint)")
            } catch {
                #expect(error.code == .invalidEndpoint)
                for part in parts { #expect(error.description.contains(part), "\(error)") }
            }
        }
        check("", home, [:], "\"\"", "-H", "names no host")
        check(
            "ssh://root@box:22",
            home,
            [:],
            "ssh -L /tmp/docker.sock:/var/run/docker.sock root@box:22",
            "unix:///tmp/docker.sock"
        )
        check(nil, ["DOCKER_HOST": "ssh://box"], [:], "DOCKER_HOST", "ssh://box", "tunnel")
        check("npipe:////./pipe/docker_engine", home, [:], "npipe://", "unix://")
        check("fd://", home, [:], "fd://")
        check("ftp://x", home, [:], "ftp://", "tcp://")
        check("unix://relative", home, [:], "absolute")
        check("unix:///" + String(repeating: "x", count: 120), home, [:], "107")
        check("tcp://", home, [:], "names no host")
        check("tcp://:2375", home, [:], "names no host")
        check("tcp://a:b", home, [:], "port")
        check("tcp://a:0", home, [:], "port")
        check("tcp://a:65536", home, [:], "port")
        check("tcp://::1", home, [:], "brackets")
        check("tcp://[::1", home, [:], "bracket")
        check("tcp://[host]:1", home, [:], "IPv6")
        check("tcp://[::1]x", home, [:], "bracket")
        check("tcp://a b", home, [:], "names no host")
        check("tcp://a/x?y", home, [:], "path")
        check(nil, ["HOME": "/home/me", "DOCKER_CONTEXT": "nosuch"], [:], "nosuch", "DOCKER_CONTEXT", "default")
        let config = ["/home/me/.docker/config.json": #"{"currentContext":"gone"}"#]
        check(nil, home, config, "gone", "/home/me/.docker/config.json")
        check(nil, home, ["/home/me/.docker/config.json": "{"], "not valid JSON", "DOCKER_HOST")
        check("tcp://a", ["HOME": "/home/me", "DOCKER_TLS_VERIFY": "1"], [:], "ca.pem", "/home/me/.docker")
        check(
            "tcp://a",
            ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"],
            ["/c/ca.pem": "", "/c/key.pem": ""],
            "cert.pem is missing",
            "DOCKER_CERT_PATH"
        )
    }

    @Test("A file that cannot be read is named")
    func unreadable() {
        let files = Self.files([:], unreadable: ["/c/ca.pem"])
        let environment = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"]
        let error = #expect(throws: EngineError.self) {
            try EngineEndpoint.resolve(flag: "tcp://a", environment: environment, files: files)
        }
        #expect(error?.description.contains("/c/ca.pem") == true)
        #expect(error?.description.contains("permissions") == true)
    }

    @Test("Neither keys nor passwords appear in descriptions or errors")
    func masking() throws {
        let environment = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"]
        let endpoint = try Self.resolve("tcp://host", environment)
        for text in ["\(endpoint)", "\(String(describing: endpoint.security))", "\(endpoint.security?.key as Any)"] {
            #expect(!text.contains("SECRET"))
        }
        for value in ["tcp://me:hunter2@host", "https://hunter2@host:1", "ftp://me:hunter2@h", "ssh://me:hunter2@h"] {
            let error = #expect(throws: EngineError.self) { try Self.resolve(value) }
            #expect(error?.description.contains("hunter2") == false, "\(String(describing: error))")
            #expect(error?.endpoint.contains("hunter2") == false)
        }
    }

    @Test("The Host field is never empty, and brackets IPv6")
    func hostFields() throws {
        #expect(EngineEndpoint.unix("/x").hostField == "localhost")
        #expect(try Self.resolve("tcp://[::1]:5").hostField == "[::1]:5")
        #expect(try Self.resolve("tcp://h").hostField == "h:2375")
    }
}
