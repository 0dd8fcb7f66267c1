// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
public import HummingbirdCore
import NIOCore
import NIOHTTP1

extension ResponseWriter {
    /// Answers a request with 404 and a JSON error, for listeners that have no router.
    @concurrent
    public consuming func writeNotFound() async throws {
        let refusal = HTTPRefusal.notFound
        let head = HTTPResponse(
            status: .notFound,
            headerFields: [.contentType: "application/json", .contentLength: "\(refusal.body.utf8.count)"]
        )
        try await self.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(string: refusal.body)))
    }
}
