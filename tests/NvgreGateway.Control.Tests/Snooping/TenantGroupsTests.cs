using System.Buffers.Binary;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tests.Snooping;

/// <summary>Memberships that control keeps: what it shows, what a successor takes over, what a reload ends.</summary>
public sealed unsafe class TenantGroupsTests
{
    private const uint Group = 0x0101_01EF; // 239.1.1.1 as it loads

    [Fact]
    public void MembersAreShownAndOutliveTheControlProcess()
    {
        using var f = new PlaneFixture(Snooping(true));
        (uint segment, uint place) = Place0(f);
        Tell(f, segment, place, Igmp(0x16, 239, 1, 1, 1));
        Tell(f, segment, place, Igmp(0x11, 0, 0, 0, 0));
        f.Round();
        Assert.True(f.Memory.Groups.Contains(segment, 4, Group, 0, place));
        Assert.False(f.Memory.Groups.Contains(segment, 4, Group, 0, place | Place.Peer));
        IReadOnlyList<GroupStatus> shown = StatusReporter.Groups(f.Plane);
        Assert.Equal([(null, "access0", 100, 260), ("239.1.1.1", "access0", 100, 260)], shown.Select(static g => (g.Group, g.Port!, g.Vlan!.Value, g.ExpiresSeconds)));

        var successor = new ControlPlane(f.Memory, f.Configuration, f.Log, new ControlOptions { Ordered = true });
        successor.Start(f.Now + (100 * PlaneFixture.Second));
        Assert.Equal(2, StatusReporter.Groups(successor).Count);
        successor.Process(f.Now + (361 * PlaneFixture.Second));
        Assert.Empty(StatusReporter.Groups(successor));
        Assert.False(f.Memory.Groups.Contains(segment, 4, Group, 0, place));
    }

    [Fact]
    public void AReloadThatEndsSnoopingEndsMemberships()
    {
        using var f = new PlaneFixture(Snooping(true));
        (uint segment, uint place) = Place0(f);
        Tell(f, segment, place, Igmp(0x16, 239, 1, 1, 1));
        f.Round();
        Assert.Single(StatusReporter.Groups(f.Plane));
        Assert.True(f.Plane.Apply(PlaneFixture.Parse(Snooping(false)), f.Now).Accepted);
        Assert.Empty(StatusReporter.Groups(f.Plane));
        Tell(f, segment, place, Igmp(0x16, 239, 1, 1, 1)); // handed over before workers saw the reload
        f.Round();
        Assert.False(f.Memory.Groups.Contains(segment, 4, Group, 0, place));
    }

    [Fact]
    public void DamagedMessagesAreReadWithoutFault()
    {
        var random = new Random(7);
        byte[] good = Igmp(0x22, 0, 1, 0, 1, [4, 0, 0, 0, 239, 1, 1, 1])[14..];
        Assert.True(MembershipMessage.TryRead(good, out _));
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = good[..random.Next(good.Length + 1)];
            for (int n = random.Next(4); n > 0 && bytes.Length > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (MembershipMessage.TryRead(bytes, out MembershipMessage message))
            {
                for (int at = 0; message.Next(ref at, out _, out ReadOnlySpan<byte> group);)
                {
                    Assert.Equal(4, group.Length);
                }
            }
        }
    }

    private static string Snooping(bool on) =>
        PlaneFixture.Json().Replace("\"vsid\": 5001,", on ? "\"vsid\": 5001, \"snooping\": true," : "\"vsid\": 5001,", StringComparison.Ordinal);

    private static (uint Segment, uint Place) Place0(PlaneFixture f) => (f.Plane.Tables.Ids.SegmentOf(5001), f.Plane.Tables.Ids.AttachmentOf("access0", 100));

    private static void Tell(PlaneFixture f, uint segment, uint place, byte[] frame)
    {
        SpscRing ring = f.Memory.Punt(0, PuntClass.TenantGroup);
        var slot = (PuntSlot*)ring.Reserve();
        *slot = new PuntSlot { Place = place, Segment = segment, OriginalLength = (uint)frame.Length, CopiedLength = (ushort)frame.Length, Kind = PuntKind.TenantGroup };
        frame.CopyTo(new Span<byte>(PuntSlot.Data(slot), frame.Length));
        ring.Publish();
    }

    // Ethernet, IPv4 without options, and an IGMP message with right sums.
    private static byte[] Igmp(byte type, byte a, byte b, byte c, byte d, byte[]? more = null)
    {
        byte[] frame = [.. new byte[12], 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 10, 1, 1, 10, 224, 0, 0, 22, type, 0, 0, 0, a, b, c, d, .. more ?? []];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(frame.Length - 14));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), InternetChecksum.Compute(frame.AsSpan(14, 20)).ToHost());
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), InternetChecksum.Compute(frame.AsSpan(34)).ToHost());
        return frame;
    }
}
