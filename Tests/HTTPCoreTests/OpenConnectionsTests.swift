// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPCore

@Suite("Open connections")
struct OpenConnectionsTests {
    @Test("one that comes when the listener was cancelled is closed, not left to nobody")
    func late() throws {
        let connections = WebSocketUpgradeChannel { _, writer, _ in try await writer.writeNotFound() }
        let early = EmbeddedChannel()
        _ = try connections.setup(channel: early, logger: Logger(label: "test")).wait()
        try early.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        connections.closeAll()
        early.embeddedEventLoop.run()
        #expect(!early.isActive)
        let late = EmbeddedChannel()
        try late.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        #expect(late.isActive)
        #expect(throws: ChannelError.self) {
            _ = try connections.setup(channel: late, logger: Logger(label: "test")).wait()
        }
        late.embeddedEventLoop.run()
        #expect(!late.isActive)
        #expect(throws: Never.self) { try late.closeFuture.wait() }
    }

    @Test("as many as the limit are open at once, and one that is closed makes room")
    func limit() throws {
        let connections = OpenConnections(limit: 2)
        let channels = (0..<3).map { _ in EmbeddedChannel() }
        for channel in channels { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }
        #expect(connections.add(channels[0]) == .open)
        #expect(connections.add(channels[1]) == .open)
        #expect(connections.add(channels[2]) == .full)
        try channels[0].close().wait()
        channels[0].embeddedEventLoop.run()
        #expect(connections.add(channels[2]) == .open)
        for channel in channels.dropFirst() { try channel.close().wait() }
    }
}
