// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import EngineClient

@Suite("TLS", .timeLimit(.minutes(2)))
struct TransportSecurityTests {
    typealias Material = TransportSecurity.Material

    static func material(_ pem: String, _ name: String) -> Material {
        Material(path: "/certs/\(name)", bytes: Array(pem.utf8))
    }

    static let authority = material(TestCertificates.authority, "ca.pem")
    static let stranger = material(TestCertificates.stranger, "ca.pem")
    static let certificate = material(TestCertificates.client, "cert.pem")
    static let key = material(TestCertificates.clientKey, "key.pem")

    /// Runs a stub engine that speaks TLS.
    static func withSecureStub(
        certificate: String = TestCertificates.engine,
        key: String = TestCertificates.engineKey,
        asksForCertificate: Bool = false,
        body: (StubEngine) async throws -> Void
    ) async throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        )
        if asksForCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8))
            )
        }
        let context = try NIOSSLContext(configuration: configuration)
        try await withStubEngine(
            on: .tcp,
            configure: { try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) },
            answering: { request, responder in
                if request.path == "/logs" {
                    await responder.head(200)
                    for number in 0..<2000 { await responder.chunk("line \(number)\n") }
                    await responder.end()
                } else {
                    await responder.json(200, "{}")
                }
            },
            body: body
        )
    }

    static func error(_ stub: StubEngine, _ security: TransportSecurity) async throws -> EngineError? {
        let client = try makeClient(stub, security: security)
        return await failure { () throws(EngineError) in _ = try await client.get("/x") }
    }

    @Test("Calls and streams go through TLS, with a client's certificate where the engine asks for one")
    func works() async throws {
        for asks in [false, true] {
            try await Self.withSecureStub(asksForCertificate: asks) { stub in
                let security = TransportSecurity(
                    authority: Self.authority,
                    certificate: asks ? Self.certificate : nil,
                    key: asks ? Self.key : nil
                )
                let client = try makeClient(stub, security: security)
                for _ in 0..<3 { #expect(try await client.get("/x").body == Array("{}".utf8)) }
                #expect(stub.record.acceptedConnections == 1)
                let (bytes, error) = await drain(try await client.stream("/logs"))
                #expect(error == nil)
                #expect(String(decoding: bytes, as: UTF8.self) == (0..<2000).map { "line \($0)\n" }.joined())
            }
        }
    }

    @Test("A name is checked too, and localhost is in the certificate")
    func names() async throws {
        try await Self.withSecureStub { stub in
            let endpoint = EngineEndpoint(
                address: .tcp(host: "localhost", port: stub.port),
                security: TransportSecurity(authority: Self.authority)
            )
            let response = try await makeClient(endpoint).get("/x")
            #expect(response.head.status == 200)
        }
        try await Self.withSecureStub(
            certificate: TestCertificates.elsewhere,
            key: TestCertificates.elsewhereKey
        ) { stub in
            let error = try await Self.error(stub, TransportSecurity(authority: Self.authority))
            #expect(error?.code == .tls)
            #expect(error?.description.contains("for another name") == true, "\(String(describing: error))")
        }
    }

    @Test("A certificate of a CA that is not trusted is refused by naming the CA's file; unverified TLS takes it")
    func wrongAuthority() async throws {
        try await Self.withSecureStub { stub in
            let error = try await Self.error(stub, TransportSecurity(authority: Self.stranger))
            #expect(error?.code == .tls)
            #expect(error?.isUnreachable == true)
            #expect(error?.description.contains("not signed by the CA in /certs/ca.pem") == true)
            let system = try await Self.error(stub, TransportSecurity())
            #expect(system?.description.contains("a CA that this system trusts") == true)
            #expect(try await Self.error(stub, TransportSecurity(isVerified: false)) == nil)
        }
    }

    @Test("A client without the certificate that the engine asks for is told so")
    func missingCertificate() async throws {
        try await Self.withSecureStub(asksForCertificate: true) { stub in
            let error = try await Self.error(stub, TransportSecurity(authority: Self.authority))
            #expect(error?.code == .tls)
            #expect(error?.description.contains("refused a client without a certificate") == true)
            #expect(error?.advice?.contains("cert.pem and key.pem") == true)
        }
    }

    /// Answers whatever comes as a plain HTTP server answers TLS.
    private final class PlainServer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request")
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
    }

    @Test("TLS to a plain port is told so")
    func plainServer() async throws {
        try await withStubEngine(
            on: .tcp,
            configure: { try $0.pipeline.syncOperations.addHandler(PlainServer()) },
            answering: { _, _ in },
            body: { stub in
                let error = try await Self.error(stub, TransportSecurity(authority: Self.authority))
                #expect(error?.code == .tls)
                #expect(error?.description.contains("there is no TLS at https://127.0.0.1") == true)
            }
        )
    }

    @Test("Material that is no PEM is refused by the file's name, without its contents")
    func badMaterial() throws {
        let bad = Material(path: "/certs/bad.pem", bytes: Array("SECRET".utf8))
        for security in [
            TransportSecurity(authority: bad), TransportSecurity(certificate: bad, key: Self.key),
            TransportSecurity(certificate: Self.certificate, key: bad),
        ] {
            let endpoint = EngineEndpoint(address: .tcp(host: "127.0.0.1", port: 1), security: security)
            let error = #expect(throws: EngineError.self) { try makeClient(endpoint) }
            #expect(error?.code == .tls)
            #expect(error?.description.contains("/certs/bad.pem") == true)
            #expect(error?.description.contains("SECRET") == false)
        }
    }
}
