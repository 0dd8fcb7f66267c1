// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Making requests")
struct RequestTests {
    @Test("versions are read, printed and ordered by their numbers")
    func versions() throws {
        #expect(APIVersion("1.41") == APIVersion(1, 41))
        #expect(APIVersion("1.41")?.description == "1.41")
        #expect(APIVersion(1, 9) < APIVersion(1, 24))
        #expect(APIVersion(2, 0) > APIVersion(1, 99))
        #expect(APIVersion.minimum == APIVersion(1, 24))
        #expect(APIVersion.maximum == APIVersion(1, 51))
        #expect(APIVersion("1.24"[...]) == .minimum)
    }

    @Test(
        "what is no version is none",
        arguments: ["", "1", "1.", ".41", "1.41.0", "v1.41", "1.-1", "1.+4", " 1.41", "1.٤", "1.99999"]
    )
    func noVersion(text: String) {
        #expect(APIVersion(text) == nil)
    }

    @Test("the newest version that both know is spoken, and none with an engine that is too old")
    func negotiation() {
        #expect(APIVersion.negotiated(engineMaximum: APIVersion(1, 41)) == APIVersion(1, 41))
        #expect(APIVersion.negotiated(engineMaximum: APIVersion(1, 56)) == .maximum)
        #expect(APIVersion.negotiated(engineMaximum: nil) == .maximum)
        #expect(APIVersion.negotiated(engineMaximum: .minimum) == .minimum)
        #expect(APIVersion.negotiated(engineMaximum: APIVersion(1, 23)) == nil)
    }

    @Test("targets have the version before and the query behind")
    func targets() {
        let version = APIVersion(1, 41)
        #expect(version.target("/events") == "/v1.41/events")
        let query = Query().appending("all", "1").appending("filters", #"{"name":{"a b&c=é":true}}"#)
        #expect(
            version.target("/containers/json", query)
                == "/v1.41/containers/json?all=1&filters=%7B%22name%22%3A%7B%22a%20b%26c%3D%C3%A9%22%3Atrue%7D%7D"
        )
        #expect(Query().isEmpty)
        #expect(Query().text.isEmpty)
    }

    @Test("filters are a map of maps in the order of adding, each value once")
    func filters() throws {
        let filters = Filters().adding("type", "container").adding("event", "die").adding("event", "start")
            .adding("event", "die").adding("label", "a=\"b\"\n")
        #expect(
            filters.json
                == #"{"type":{"container":true},"event":{"die":true,"start":true},"label":{"a=\"b\"\n":true}}"#
        )
        #expect(Filters().json == "{}")
        #expect(Filters().isEmpty)
        let read = try JSONDocument(Array(filters.json.utf8)[...]).root
        #expect(read["label"]?.members.first?.name == "a=\"b\"\n")
    }

    @Test(
        "times are seconds with nine decimals",
        arguments: [
            (1_795_433_138_673_401_720, "1795433138.673401720"), (1_795_433_138_000_000_001, "1795433138.000000001"),
            (1_000_000_000, "1.000000000"), (5, "0.000000005"), (0, "0.000000000"), (-1_500_000_000, "0.000000000"),
        ]
    )
    func times(nanoseconds: Int64, text: String) {
        #expect(EngineTime.text(Timestamp(nanoseconds: nanoseconds)) == text)
    }
}
