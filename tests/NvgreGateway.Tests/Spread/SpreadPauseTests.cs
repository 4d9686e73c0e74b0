using System.Runtime.InteropServices;
using NvgreGateway.Data;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Spread;

/// <summary>Housekeeping that tries what is faster, under workers that work.</summary>
public sealed unsafe class SpreadPauseTests
{
    private const int Ports = 3, Trials = 2;

    // In the time of worker 0, which is busy for all of it: a thousandth of a second counts as one.
    private const double Hertz = 1e6;
    private const ulong PacketsOfRound = 400;

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    [Requirement("C-056")]
    [Requirement("F-020")]
    public void Every_flow_keeps_its_order_through_trials(int workers, int transmitQueues)
    {
        using var rig = new Rig(32, workers, r => Array.Fill(r.Device.TransmitQueues, transmitQueues), buffers: 1024, queues: 0);
        var entries = (DpdkPort*)NativeMemory.AlignedAlloc((nuint)(sizeof(DpdkPort) * Ports), 64);
        NativeMemory.Clear(entries, (nuint)(sizeof(DpdkPort) * Ports));
        for (int i = 0; i < Ports; i++)
        {
            entries[i].RxQueues = 1;
            rig.Memory.PortStates[i].Started = 1;
            rig.Memory.PortStates[i].RxQueues = 1;
            rig.Memory.PortStates[i].Spread = QueueSpread.FewQueues;
        }

        rig.Device.HasTime = true;
        rig.Device.Plans = port => (nint)entries[port].Plan;
        rig.Memory.Header->TriesSpread = 1;
        rig.Memory.Phase = DataPhase.Forwarding;
        using (var keeper = new SpreadKeeper(rig.Memory, entries, Ports, rig.Group, Hertz))
        {
            keeper.Keep(Now(rig));
            var load = new FlowLoad(rig, int.MaxValue / 1000);
            load.Start();
            for (ulong left = 0; load.IsRunning && keeper.Trials < Trials;)
            {
                Thread.Yield();
                ulong now = rig.Total(static s => s.Value->Transmitted);
                if (now - left >= PacketsOfRound)
                {
                    left = now;
                    keeper.Keep(Now(rig));
                }
            }

            load.End();
            load.Finish();
            Assert.Equal((uint)Trials, rig.Memory.Data->SpreadTrials);
            Assert.NotEqual(0u, rig.Memory.Data->SpreadAlonePercent);
        }

        NativeMemory.AlignedFree(entries);
    }

    private static ulong Now(Rig rig) => Volatile.Read(ref rig.Memory.Statistics(0)->BusyCycles);
}
