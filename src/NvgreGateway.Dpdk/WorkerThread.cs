namespace NvgreGateway.Dpdk;

/// <summary>
/// A .NET thread with an lcore id, so that it has caches in every <see cref="MbufPool"/>, confined to one processor.
/// EAL has started before, and every worker has been joined before <see cref="Eal.Dispose"/>.
/// </summary>
public sealed class WorkerThread
{
    private readonly Thread thread;
    private readonly TaskCompletionSource<int> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerThread(string name, int? cpu, Action body)
    {
        Name = name;
        thread = new Thread(() => Run(cpu, body)) { Name = name, IsBackground = true };
    }

    /// <summary>Name of the thread; the kernel shows its first 15 characters.</summary>
    public string Name { get; }

    /// <summary>Id that DPDK gave to the thread.</summary>
    public int LcoreId { get; private set; } = -1;

    /// <summary>What ended the body, null if it has not ended or returned. Read after <see cref="Join()"/>.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether the body has not ended yet.</summary>
    public bool IsRunning => thread.IsAlive;

    /// <summary>Starts a worker and returns when it is confined and registered, just before its body runs.</summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="cpu">Processor to run on, or null for any.</param>
    /// <param name="body">What to run. Its exceptions end the worker and are kept in <see cref="Failure"/>.</param>
    /// <exception cref="DpdkException">No such processor, or no lcore id is free.</exception>
    public static WorkerThread Start(string name, int? cpu, Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var worker = new WorkerThread(name, cpu, body);
        worker.thread.Start();
        worker.LcoreId = worker.started.Task.GetAwaiter().GetResult();
        return worker;
    }

    /// <summary>
    /// Gives the calling thread an lcore id. <see cref="UnregisterCurrent"/> takes it back before the thread ends.
    /// </summary>
    /// <returns>The id.</returns>
    /// <exception cref="DpdkException">EAL has not started, or no id is free.</exception>
    public static int RegisterCurrent()
    {
        var status = Native.ThreadRegister();
        if (status != 0)
        {
            throw new DpdkException("registering a thread with DPDK", status, "EAL has to be started first, and has 128 lcore ids");
        }

        return (int)Native.LcoreId();
    }

    /// <summary>Takes the lcore id of the calling thread back. Buffers in its pool caches stay there, counted as available, for the next thread with that id.</summary>
    public static void UnregisterCurrent() => Native.ThreadUnregister();

    /// <summary>Waits for the body to end.</summary>
    public void Join() => thread.Join();

    /// <summary>Waits for the body to end.</summary>
    /// <returns>Whether it did in time.</returns>
    public bool Join(TimeSpan timeout) => thread.Join(timeout);

    private void Run(int? cpu, Action body)
    {
        int lcore;
        try
        {
            if (cpu is { } one)
            {
                CpuAffinity.Set([one]);
            }

            lcore = RegisterCurrent();
        }
        catch (Exception failure)
        {
            started.SetException(failure);
            return;
        }

        started.SetResult(lcore);
        try
        {
            body();
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
        finally
        {
            UnregisterCurrent();
        }
    }
}
