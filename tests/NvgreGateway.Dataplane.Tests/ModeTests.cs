using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Burst size and number of workers change nothing about what happens to a packet.</summary>
public unsafe class ModeTests
{
    [Fact]
    public void Every_mode_gives_the_same_result()
    {
        var random = new Random(99);
        byte[][] kinds =
        [
            Vectors.W01, Vectors.W01, Vectors.W01, Frames.FromHost(destination: Frames.Broadcast), Frames.FromHost(destination: "00:15:5d:00:00:77"), Frames.FromHost(tags: Frames.Tag(9)),
            Frames.FromHost(source: "02:00:00:00:0a:55"), Frames.FromHost([], type: 0x88B5), Frames.FromHost()[..17], Frames.FromHost(tags: [Frames.Tag(100), Frames.Tag(1)]),
        ];
        byte[][] outer =
        [
            Vectors.W03, Vectors.W03, Vectors.W03, Vectors.W09, Vectors.W11, Vectors.W17, Vectors.W19, Vectors.W20, UnderlayDropTests.Arp(), Frames.Nvgre6(Frames.FromVm()),
            Frames.Nvgre4(Frames.FromVm(source: "00:15:5d:00:00:66")), Frames.Nvgre4(Frames.FromVm(), source: [9, 9, 9, 9]), Vectors.W03[..50],
        ];
        byte[][] access = [.. Enumerable.Range(0, 120).Select(_ => kinds[random.Next(kinds.Length)])];
        byte[][] underlay = [.. Enumerable.Range(0, 120).Select(_ => outer[random.Next(outer.Length)])];
        string? first = null;
        foreach (object[] mode in Rig.Modes)
        {
            using var rig = new Rig((int)mode[0], (int)mode[1], queues: (int)mode[2], buffers: 1024);
            foreach (var worker in rig.Workers)
            {
                worker.RemembersPunts = false;
            }

            List<Sent> sent = [.. rig.Run(Rig.Access, access), .. rig.Run(Rig.Underlay, underlay)];
            string result = string.Join('\n', sent.Select(s => $"{s.Sequence} {s.Port} {Convert.ToHexString(s.Bytes)}").Order())
                + string.Join('\n', rig.Punts(PuntClass.Learn).Select(p => $"{p.Head.Sequence} {p.Head.Key} {p.Head.Place}"))
                + string.Join('\n', Enumerable.Range(0, (int)DropReason.Count).Select(r => rig.Drops((DropReason)r)))
                + string.Join('\n', Enumerable.Range(0, (int)CounterId.Count).Select(c => rig.Counter((CounterId)c)));
            first ??= result;
            Assert.Equal(first, result);
        }
    }

    [Fact]
    public void Loops_and_bursts_are_counted()
    {
        using var rig = new Rig();
        rig.Run(Rig.Access, [.. Enumerable.Repeat(Vectors.W01, 33)]);
        WorkerStatistics* s = rig.Memory.Statistics(0);
        Assert.Equal([1, 0, 0, 0, 0, 1, 0, 0], new ReadOnlySpan<ulong>(s->BurstSizes, WorkerStatistics.BurstClasses).ToArray());
        Assert.Equal(s->Polls - 2, s->EmptyPolls);
        Assert.True(s->BusyCycles >= s->ProcessCycles + s->TransmitCycles);
        Assert.Equal(33ul * (ulong)Vectors.W01.Length, s->ReceivedBytes);
    }
}
