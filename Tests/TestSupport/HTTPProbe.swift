// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Where a test's request goes.
public enum ProbeAddress: Sendable, Hashable {
    /// A host and a port.
    case tcp(host: String, port: Int)
    /// A Unix socket.
    case unix(path: String)

    /// What a URL such as `http://127.0.0.1:8001/health` or `ws://…` names, and the target within it.
    ///
    /// - Returns: `nil` when it has no host and port.
    public static func parse(_ url: String) -> (address: ProbeAddress, target: String)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...])
        else {
            return nil
        }
        let host = authority[..<colon].filter { $0 != "[" && $0 != "]" }
        return (.tcp(host: host, port: port), slash == rest.endIndex ? "/" : String(rest[slash...]))
    }

    /// The value of the `Host` field.
    public var hostField: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: "localhost"
        }
    }

    func connect(_ bootstrap: ClientBootstrap) async throws -> any Channel {
        switch self {
        case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port).get()
        case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
        }
    }
}

/// A small HTTP/1.1 client: one connection a request, nothing followed, nothing added behind the test's back.
public enum HTTPProbe {
    /// A URL that names no host and port.
    public struct InvalidURL: Error {
        /// The URL.
        public let url: String
    }

    /// Sends a request and returns the answer.
    ///
    /// The headers are sent beside `Host`, `Connection: close` and, with a body, `Content-Length`; one of the same
    /// name takes the place of these. After the deadline the connection is closed, and the call throws.
    public static func request(
        _ method: String = "GET",
        _ url: String,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        within deadline: Duration = .seconds(30)
    ) async throws -> HTTPReply {
        guard let (address, target) = ProbeAddress.parse(url) else { throw InvalidURL(url: url) }
        return try await request(method, target, at: address, headers: headers, body: body, within: deadline)
    }

    /// Sends a request to an address and returns the answer.
    public static func request(
        _ method: String,
        _ target: String,
        at address: ProbeAddress,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        within deadline: Duration = .seconds(30)
    ) async throws -> HTTPReply {
        let head = requestHead(method, target, address, headers, bodyLength: body.isEmpty ? nil : body.count)
        return try await exchange(head + body, at: address, expectsBody: method != "HEAD", within: deadline)
    }

    /// Sends bytes as they are and reads one answer.
    public static func exchange(
        _ bytes: [UInt8],
        at address: ProbeAddress,
        expectsBody: Bool = true,
        within deadline: Duration = .seconds(30)
    ) async throws -> HTTPReply {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let promise = loop.makePromise(of: HTTPReply.self)
        let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ReplyHandler(promise: promise, expectsBody: expectsBody))
            }
        }
        let channel: any Channel
        do {
            channel = try await address.connect(bootstrap)
        } catch {
            promise.fail(error)
            return try await promise.futureResult.get()
        }
        let timer = loop.scheduleTask(in: TimeAmount(deadline)) {
            promise.fail(DeadlineExceeded(description: "no answer within \(deadline)"))
        }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        defer {
            timer.cancel()
            channel.close(promise: nil)
        }
        return try await promise.futureResult.get()
    }

    static func requestHead(
        _ method: String,
        _ target: String,
        _ address: ProbeAddress,
        _ headers: [(String, String)],
        bodyLength: Int?
    ) -> [UInt8] {
        var fields = [("Host", address.hostField), ("Connection", "close")]
        if let bodyLength { fields.append(("Content-Length", "\(bodyLength)")) }
        let names = Set(headers.map { $0.0.lowercased() })
        fields.removeAll { names.contains($0.0.lowercased()) }
        let lines = (fields + headers).map { "\($0.0): \($0.1)\r\n" }.joined()
        return Array("\(method) \(target) HTTP/1.1\r\n\(lines)\r\n".utf8)
    }
}

private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<HTTPReply>
    private var parser: HTTPReplyParser

    init(promise: EventLoopPromise<HTTPReply>, expectsBody: Bool) {
        self.promise = promise
        parser = HTTPReplyParser(hasBody: expectsBody)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            if let reply = try parser.append(unwrapInboundIn(data).readableBytesView) { promise.succeed(reply) }
        } catch {
            promise.fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.completeWith(Result { try parser.finish() })
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }
}
