using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>What workers tell control of spanning tree.</summary>
public sealed unsafe class TopologyTests
{
    private const string Bridges = "01:80:c2:00:00:00";
    private const string PerVlan = "01:00:0c:cc:cc:cd";

    public static TheoryData<string, int, string, int> Frames_ => new()
    {
        { Bridges, -1, "424203 0000 00 80", 0 },
        { Bridges, -1, "424203 0000 00 00 01", 0 },
        { Bridges, -1, "424203 0000 02 02 7d", 0 },
        { Bridges, 100, "424203 0000 00 80", 1 },
        { PerVlan, 100, "aaaa0300000c010b 0000 00 80", 1 },
        { PerVlan, 100, "aaaa0300000c010b 0000 00 00 81", 1 },
        { PerVlan, -1, "aaaa0300000c010b 0000 02 02 01", 0 },
        { Bridges, -1, "424203 0000 00 00 80", -1 }, // an acknowledgement
        { Bridges, -1, "424203 0000 00 00", -1 },
        { Bridges, -1, "424203 0000 00", -1 },
        { Bridges, -1, "424203 0001 00 80", -1 },
        { Bridges, -1, "424204 0000 00 80", -1 },
        { Bridges, 300, "424203 0000 00 80", -1 },
        { PerVlan, 100, "aaaa0300000c010b 0000 00 00 40", -1 },
        { PerVlan, 100, "aaaa0300000c2000 0000 00 80", -1 },
        { "01:00:0c:cc:cc:cc", 100, "aaaa0300000c010b 0000 00 80", -1 },
    };

    [Theory]
    [Requirement("E-072")]
    [MemberData(nameof(Frames_))]
    public void A_topology_change_is_told_with_its_place(string destination, int vlan, string text, int told)
    {
        using var rig = new Rig(change: r => r.Sketch.Port(Rig.Access, p => p with { Flags = p.Flags | PortFlags.FlushOnTopologyChange }));
        byte[] body = Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
        rig.Run(Rig.Access, Frames.Ethernet(destination, "02:00:00:00:0e:01", body.Length, body, vlan < 0 ? [] : [Frames.Tag(vlan)]));
        rig.AssertDrops(DropReason.L2Control);
        SpscRing ring = rig.Memory.Punt(0, PuntClass.Learn);
        var slot = (PuntSlot*)ring.Peek();
        if (told < 0)
        {
            Assert.True(slot == null);
            return;
        }

        Assert.Equal((PuntKind.TopologyChange, Rig.Access, told == 0 ? 0u : Rig.AttachmentPlace(rig.Attachment)), (slot->Kind, (int)slot->Port, slot->Place));
        ring.Release();
        Assert.True(ring.Peek() == null);
    }
}
