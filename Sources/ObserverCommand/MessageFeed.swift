// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// The messages of a running observer, over its WebSocket.
struct MessageFeed: Sendable {
    /// The largest message that is taken: a line of 16 MiB, the longest that can be asked for, with an escape of six
    /// bytes for each would not fit, but that is no line to read on a terminal.
    private static let maximumFrame = 32 << 20

    let address: ObserverAddress
    let target: String
    let token: String?

    private enum Upgrade: Sendable {
        case webSocket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
        case refused(HTTPResponseHead, String)
    }

    /// Hands over each message until nobody wants more.
    ///
    /// - Parameter take: Takes a message's JSON; returns whether more is wanted.
    /// - Throws: ``CommandFailure`` when the observer cannot be reached, refuses, or goes away.
    func follow(_ take: @Sendable ([UInt8]) -> Bool) async throws {
        let upgrade: Upgrade
        do {
            let future = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.seconds(5))
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try configure(channel) }
                }
            upgrade = try await future.get()
        } catch {
            throw CommandFailure.unreachable(
                "No observer answers at \(address). Is it running? Start it with: observer live"
            )
        }
        switch upgrade {
        case .refused(let head, let body):
            let said = Health.errorText(body) ?? "\(head.status.code) \(head.status.reasonPhrase)"
            throw CommandFailure(
                status: head.status.code < 500 ? .usage : .unreachable,
                message: "The observer at \(address) refused: \(said)"
            )
        case .webSocket(let channel):
            try await read(channel, take)
        }
    }

    private func read(
        _ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>,
        _ take: @Sendable ([UInt8]) -> Bool
    ) async throws {
        do {
            try await channel.executeThenClose { inbound, outbound in
                for try await frame in inbound {
                    switch frame.opcode {
                    case .text:
                        guard take(Array(frame.unmaskedData.readableBytesView)) else { return }
                    case .ping:
                        try await outbound.write(reply(.pong, frame.unmaskedData))
                    case .connectionClose:
                        try await outbound.write(reply(.connectionClose, frame.unmaskedData))
                        throw farewell(frame.unmaskedData)
                    default:
                        continue
                    }
                }
                throw CommandFailure.unreachable("The observer at \(address) went away")
            }
        } catch let failure as CommandFailure {
            guard failure.status != .good else { return }
            throw failure
        } catch {
            throw CommandFailure.unreachable("The observer at \(address) went away (\(error))")
        }
    }

    private func reply(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> WebSocketFrame {
        // RFC 6455 §5.3: what a client sends is masked, with a key that nobody can foresee.
        WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
    }

    /// What a close frame means for the command.
    private func farewell(_ data: ByteBuffer) -> CommandFailure {
        var data = data
        let code = data.readWebSocketErrorCode().map { UInt16(webSocketErrorCode: $0) } ?? 1005
        let reason = String(buffer: data)
        switch code {
        case 1000: return CommandFailure(status: .good, message: "")
        case 4404: return CommandFailure(status: .usage, message: reason)
        default:
            return .unreachable("The observer at \(address) ended the stream: \(reason) (\(code))")
        }
    }

    // MARK: The opening handshake

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<Upgrade> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: Self.maximumFrame) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                .webSocket(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        var headers = HTTPHeaders([("Host", address.authority)])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(
                upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                    upgradeRequestHead: head,
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                                wrappingChannelSynchronously: channel
                            )
                        }.flatMap { response in
                            channel.eventLoop.makeFutureWithTask { try await Self.refusal(response) }
                        }
                    }
                )
            )
        )
    }

    /// Reads the answer to a handshake that was refused.
    private static func refusal(
        _ channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    ) async throws -> Upgrade {
        try await channel.executeThenClose { inbound, _ in
            var head = HTTPResponseHead(version: .http1_1, status: .internalServerError)
            var body = ""
            for try await part in inbound {
                switch part {
                case .head(let received): head = received
                // A refusal is a sentence; more than 64 KiB is none of ours.
                case .body(let buffer) where body.utf8.count < 65_536: body += String(buffer: buffer)
                case .body: continue
                case .end: return .refused(head, body)
                }
            }
            return .refused(head, body)
        }
    }
}
