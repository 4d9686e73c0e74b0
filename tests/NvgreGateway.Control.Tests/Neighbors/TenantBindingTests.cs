using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Neighbors;

/// <summary>What is known of tenants' addresses, as an operator sees it and as a successor of control finds it.</summary>
public sealed unsafe class TenantBindingTests
{
    // A gratuitous ARP request of 10.1.1.11 at 02:00:00:00:0a:01, untagged, as a worker copies it.
    private const string Gratuitous = "ffffffffffff020000000a0108060001080006040001020000000a010a01010b0000000000000a01010b";
    private static readonly string s_json = PlaneFixture.Json().Replace(
        "\"vsid\": 5001,", "\"vsid\": 5001, \"arp\": \"suppress\", \"records\": [ { \"mac\": \"02:00:00:00:0b:01\", \"ca\": \"10.1.1.2\", \"pa\": \"192.0.2.2\" } ],", StringComparison.Ordinal);

    [Fact]
    public void RecordsAndWhatIsLearnedAreShownWithPlaceAndAge()
    {
        using var f = new PlaneFixture(s_json);
        Tell(f);
        f.Advance(7);
        IReadOnlyList<BindingStatus> shown = StatusReporter.Bindings(f.Plane);
        Assert.Equal(
            [
                new BindingStatus { Segment = "blue", Vsid = 5001, Address = "10.1.1.2", Mac = "02:00:00:00:0b:01", Source = "record", Peer = "192.0.2.2" },
                new BindingStatus { Segment = "blue", Vsid = 5001, Address = "10.1.1.11", Mac = "02:00:00:00:0a:01", Source = "learned", Port = "access0", Vlan = 100, AgeSeconds = 7 },
            ],
            shown);
    }

    [Fact]
    [Requirement("E-056")]
    public void WhatWasLearnedOutlivesTheControlProcessAndAgesInItsSuccessor()
    {
        using var f = new PlaneFixture(s_json);
        Tell(f);
        f.Advance(1);
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001);
        Assert.Equal(0x010A_0000_0002ul, f.Memory.Bindings.Find(segment, 4, 0x0B01_010A, 0));

        // The successor knows it as well as the record, and each for what it is.
        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now);
        Assert.Equal(0x010A_0000_0002ul, f.Memory.Bindings.Find(segment, 4, 0x0B01_010A, 0));
        Assert.Equal(0x010B_0000_0002ul, f.Memory.Bindings.Find(segment, 4, 0x0201_010A, 0));
        Assert.Equal(["record", "learned"], StatusReporter.Bindings(successor).Select(static b => b.Source));

        // Nobody tells of it any more: it ages, the record stays.
        successor.Process(f.Now + (299 * PlaneFixture.Second));
        Assert.Equal(2, StatusReporter.Bindings(successor).Count);
        successor.Process(f.Now + (302 * PlaneFixture.Second));
        Assert.Equal("record", Assert.Single(StatusReporter.Bindings(successor)).Source);
        Assert.Equal(0ul, f.Memory.Bindings.Find(segment, 4, 0x0B01_010A, 0));
    }

    [Fact]
    [Requirement("E-057")]
    public void AnAddressThatMovesFiveTimesIsToldOfAndShown()
    {
        using var f = new PlaneFixture(s_json);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(0, f.Log.Count("address_duplicate"));
            Tell(f, (byte)(1 + (i % 2)));
            f.Advance(1);
        }

        Assert.Equal(1, f.Log.Count("address_duplicate"));
        Condition told = Assert.Single(f.Plane.RaisedConditions, static c => c.Name == "address_duplicate");
        Assert.Contains("10.1.1.11", told.Subject, StringComparison.Ordinal);
        Assert.Equal("duplicate", Assert.Single(StatusReporter.Bindings(f.Plane), static b => b.Address == "10.1.1.11").Source);
        Assert.Equal(0ul, f.Memory.Bindings.Find(f.Plane.Tables.Ids.SegmentOf(5001), 4, 0x0B01_010A, 0)); // no worker answers for it
        f.Advance(181);
        Assert.DoesNotContain(f.Plane.RaisedConditions, static c => c.Name == "address_duplicate");
    }

    private static void Tell(PlaneFixture f, byte station = 1)
    {
        uint segment = f.Plane.Tables.Ids.SegmentOf(5001), attachment = f.Plane.Tables.Ids.AttachmentOf("access0", 100);
        uint place = f.Memory.Current.Attachments[attachment].Place;
        f.Punt(PuntKind.Learn, key: FdbTable.Key(0x000A_0000_0002 | ((ulong)station << 40), segment), place: place, port: PlaneFixture.Access);
        SpscRing ring = f.Memory.Punt(0, PuntClass.TenantNeighbor);
        var slot = (PuntSlot*)ring.Reserve();
        byte[] frame = Convert.FromHexString(Gratuitous);
        frame[11] = frame[27] = station;
        *slot = new PuntSlot { Sequence = 5, Place = place, Segment = segment, OriginalLength = (uint)frame.Length, CopiedLength = (ushort)frame.Length, Kind = PuntKind.TenantEvidence, L3Offset = 14 };
        frame.CopyTo(new Span<byte>(PuntSlot.Data(slot), frame.Length));
        ring.Publish();
        f.Round();
    }
}
