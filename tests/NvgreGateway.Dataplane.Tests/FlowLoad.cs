using System.Buffers.Binary;
using System.Diagnostics;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// The workers of a rig on threads that stop and go as they like, under numbered packets of many flows in both directions, all of which worker
/// 0 receives.
/// </summary>
/// <param name="rig">The rig; its workers are this one's until <see cref="Finish"/>.</param>
/// <param name="most">Packets of a flow in each direction, unless it is told to end before.</param>
internal sealed unsafe class FlowLoad(Rig rig, int most)
{
    private const int Flows = 48, InFlight = 300; // below the slots of a ring: nothing is lost
    private readonly List<Exception> _failures = [];
    private Thread[] _threads = [];
    private int _running = rig.Workers.Count;
    private int _fed;
    private volatile bool _enough;

    /// <summary>Whether all workers run.</summary>
    public bool IsRunning => Volatile.Read(ref _running) == rig.Workers.Count;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        _threads = [.. Enumerable.Range(0, rig.Workers.Count).Select(i => new Thread(() => Work(i)))];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Waits until every worker has begun a loop; whether all did, and still run.</summary>
    public bool Wait()
    {
        var mark = new QuiescentMark(rig.Memory);
        while (!mark.HasPassed && IsRunning)
        {
            Thread.Yield();
        }

        return mark.HasPassed && IsRunning;
    }

    /// <summary>No more packets come.</summary>
    public void End() => _enough = true;

    /// <summary>Waits for the end of it: everything came, every flow in its order.</summary>
    public void Finish()
    {
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        Assert.Empty(_failures);
        rig.Settle();
        rig.AssertNoDrops();
        rig.AssertClosed();
        Assert.Equal(0, rig.Device.Pool.InUse);
        Assert.Equal(2 * _fed, rig.Outputs.Count);
        foreach (IGrouping<(int Port, uint Flow), uint> flow in rig.Outputs.GroupBy(static o => (o.Port, Last32(o.Bytes, 4)), static o => Last32(o.Bytes, 8)))
        {
            int each = (_fed / Flows) + (flow.Key.Flow < _fed % Flows ? 1 : 0);
            Assert.Equal(Enumerable.Range(0, each).Select(static n => (uint)n), flow);
        }
    }

    private void Work(int index)
    {
        var random = new Random(index);
        var patience = Stopwatch.StartNew();
        try
        {
            while (!IsFed || rig.Device.Pool.InUse > 0)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromMinutes(3), "packets are stuck");
                for (int n = index == 0 ? random.Next(40) : 0; n > 0 && !IsFed && rig.Device.Pool.InUse < InFlight; n--, _fed++)
                {
                    Feed();
                }

                rig.Workers[index].Poll();
                if (random.Next(4) == 0)
                {
                    Thread.Yield();
                }

                Thread.SpinWait(random.Next(200));
            }
        }
        catch (Exception e)
        {
            lock (_failures)
            {
                _failures.Add(e);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private bool IsFed => _enough || Volatile.Read(ref _fed) >= Flows * most;

    private void Feed()
    {
        byte[] payload = Frames.Join(Frames.Big16(3000 + (_fed % Flows)), Frames.Big16(80), Frames.Big16(48), [0, 0], new byte[32], Frames.Big32((uint)(_fed / Flows)), Frames.Big32((uint)(_fed % Flows)));
        byte[] there = Frames.Ip4([10, 1, 1, 11], [10, 1, 1, 200], 17, payload), back = Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, payload);
        rig.Device.Inputs[Rig.Underlay][0].Enqueue((nint)rig.Device.Pool.Receive(Frames.Nvgre4(Frames.FromVm(there)), 1));
        rig.Device.Inputs[Rig.Access][0].Enqueue((nint)rig.Device.Pool.Receive(Frames.FromHost(back), 1));
    }

    // From the end of the frame: these are long enough not to be padded.
    private static uint Last32(byte[] bytes, int before) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - before));
}
