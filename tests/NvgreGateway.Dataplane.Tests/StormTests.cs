using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Storm limits on the clock of a processor; their cases on the captures' clock stand in the conformance suite.</summary>
public sealed unsafe class StormTests
{
    private const ulong Hertz = 2_893_200_000; // no multiple of a rate

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Requirement("F-045")]
    public void A_thousand_a_second_over_ten_seconds(int workers)
    {
        using var rig = new Rig(workers: workers, change: r => r.Sketch.Segment(r.Segment, s =>
        {
            s.Storm[(int)CastKind.Broadcast] = 1000;
            return s;
        }));
        rig.Memory.Data->TscHz = Hertz;
        ulong begun = rig.Device.Clock = ulong.MaxValue - (5 * Hertz); // the clock wraps in the middle
        rig.Memory.Storms[64 + rig.Segment].FullAt[(int)CastKind.Broadcast] = (begun - Hertz) << StormLimit.TimeShift; // used a second ago
        byte[] frame = Frames.FromHost(destination: Frames.Broadcast);
        int passed = 0;
        const int Offered = 20_000;
        for (uint i = 0; i < Offered; i++)
        {
            rig.Device.Clock = begun + (i * Hertz / 2000);
            passed += rig.Run(Rig.Access, frame).Count / 2; // two peers
            rig.Outputs.Clear();
        }

        Assert.InRange(passed, 9_800, 10_200);
        rig.AssertDrops(DropReason.StormBroadcast, (ulong)(Offered - passed));
    }

    [Theory]
    [InlineData(1u, 1500u, Hertz * 16)]
    [InlineData(10_000_000u, 60u, 4629u)]
    [InlineData(StormLimit.Kilobits | 80, 1000u, Hertz * 16 / 10)]
    [InlineData(StormLimit.Kilobits | 1_000_000_000, 9216u, 3412u)]
    [Requirement("F-045")]
    public void What_a_frame_takes(uint limit, uint bytes, ulong expected) => Assert.Equal(expected, new StormLimit(limit).Cost(Hertz, bytes));
}
