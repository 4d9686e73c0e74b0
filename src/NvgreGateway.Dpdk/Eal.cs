using System.Runtime.InteropServices;
using System.Text;

namespace NvgreGateway.Dpdk;

/// <summary>
/// DPDK's environment: memory, devices, drivers. One per process, and never again after it ended.
/// It starts on a thread of its own, because it confines the thread that starts it and whatever that thread starts later.
/// </summary>
public sealed unsafe partial class Eal : IDisposable
{
    // Pools for a few ports at their usual queue lengths.
    private const int DefaultMegabytes = 256;

    private static int used;
    private readonly Thread thread;
    private readonly ManualResetEventSlim end = new();
    private readonly TaskCompletionSource<string> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int cleanupStatus;

    private Eal(IReadOnlyList<string> arguments)
    {
        Arguments = arguments;
        thread = new Thread(Run) { Name = "eal", IsBackground = true };
    }

    /// <summary>What EAL was started with.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>What EAL and its drivers logged while starting.</summary>
    public string StartLog { get; private set; } = "";

    /// <summary>Release of DPDK that is loaded, such as <c>DPDK 22.11.11</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)Native.Version()) ?? "";

    /// <summary>ABI number in the names of Debian's DPDK packages: 23 for 22.11.</summary>
    internal static int PackageAbi
    {
        get
        {
            // The November release of a year begins the ABI of the next one, which lasts until the next November.
            var version = Native.VersionNumber();
            var (year, month) = ((int)(version >> 24), (int)(version >> 16 & 0xff));
            return month >= 11 ? year + 1 : year;
        }
    }

    /// <summary>
    /// Checks the layout, starts EAL and waits until it is up. The calling thread is left as it was.
    /// </summary>
    /// <exception cref="DpdkException">EAL refused; the message holds what it logged and, for a missing driver, the package to install.</exception>
    /// <exception cref="DllNotFoundException">The shim or DPDK is not there; the message says what to install.</exception>
    public static Eal Start(EalOptions options)
    {
        MbufLayout.Verify();
        if (Interlocked.Exchange(ref used, 1) != 0)
        {
            throw new DpdkException("EAL starts only once in the life of a process");
        }

        var eal = new Eal(BuildArguments(options, CpuAffinity.Current(), HugePages.FreeBytes()));
        eal.thread.Start();
        eal.StartLog = eal.started.Task.GetAwaiter().GetResult();
        var vdevs = options.Devices.Where(device => device.Kind == DeviceKind.Virtual).ToList();
        try
        {
            vdevs.ForEach(eal.Attach);
        }
        catch
        {
            eal.Dispose();
            throw;
        }

        return eal;
    }

    /// <summary>
    /// Adds a device to the running EAL. Called by one thread at a time.
    /// </summary>
    /// <exception cref="DpdkException">No such driver (the message names its package), or the driver refused (the message holds its log).</exception>
    public void Attach(DeviceName device)
    {
        // DPDK takes a second device of a name without a word, and does nothing.
        if (Port.Exists(device))
        {
            throw new DpdkException($"device '{device}': there is a port {device.PortName} already");
        }

        ReadLog();
        if (device.OwnSocket is { } socket)
        {
            AbandonedSocket.Remove(socket);
        }

        int status;
        fixed (byte* text = Encoding.UTF8.GetBytes(device.DevArgs + '\0'))
        {
            status = Native.DevProbe(text);
        }

        if (status < 0)
        {
            throw new DpdkException($"device '{device}'", status, Explain(device));
        }
    }

    /// <summary>What EAL and drivers logged since the last call; the oldest is lost beyond 64 KiB.</summary>
    public string ReadLog() => EalLog.Read();

    /// <summary>Ends EAL. Ports are closed and workers joined before.</summary>
    /// <exception cref="DpdkException">The clean-up failed.</exception>
    public void Dispose()
    {
        if (!thread.IsAlive)
        {
            return;
        }

        end.Set();
        thread.Join();
        if (cleanupStatus != 0)
        {
            throw new DpdkException("ending EAL", cleanupStatus, EalLog.Quote(ReadLog()));
        }
    }

    /// <summary>The command line for EAL; vdevs are not in it, they are attached one by one afterwards so that each has its own error.</summary>
    internal static IReadOnlyList<string> BuildArguments(EalOptions options, IReadOnlyList<int> allowedCpus, long freeHugePageBytes)
    {
        var megabytes = options.Megabytes > 0 ? options.Megabytes : DefaultMegabytes;
        var cpus = options.MainCpus.Count > 0 ? options.MainCpus : allowedCpus;
        var pci = options.Devices.Where(device => device.Kind == DeviceKind.Pci).ToList();
        List<string> arguments = ["nvgre-gateway", $"--lcores=0@({string.Join(',', cpus)})", "--file-prefix", options.FilePrefix, "--no-telemetry"];
        if (options.Memory == EalMemory.Ordinary || (options.Memory == EalMemory.Auto && freeHugePageBytes >> 20 < megabytes))
        {
            // By virtual address: else each buffer takes a page of its own, and net_af_xdp, which takes a pool for one run of packed
            // buffers, hands out addresses that the kernel drops without a word.
            arguments.AddRange(["--no-huge", "-m", megabytes.ToString(), "--no-shconf", "--iova-mode=va"]);
        }
        else
        {
            if (options.InMemory)
            {
                arguments.Add("--in-memory");
            }

            if (options.Megabytes > 0)
            {
                arguments.AddRange(["-m", options.Megabytes.ToString()]);
            }
        }

        if (pci.Count == 0)
        {
            arguments.Add("--no-pci");
        }

        arguments.AddRange(pci.SelectMany(device => device.EalArguments));
        arguments.AddRange(options.ExtraArguments);
        return arguments;
    }

    private static string Explain(DeviceName device)
    {
        var hint = "";
        if (device.Driver is { } driver && !IsDriverKnown(device))
        {
            hint = $"DPDK has no driver {driver} here. Unless the name is misspelt, on Debian: apt-get install dpdk, which brings all drivers, " +
                   $"or {device.DriverPackage(PackageAbi)} for this one alone\n";
        }
        else if (device.Driver is "net_af_packet" or "eth_af_packet" or "net_af_xdp" or "eth_af_xdp"
                 && device.Argument("iface") is { } name && !KernelInterface.Exists(name))
        {
            hint = $"There is no network interface '{name}' in this network namespace\n";
        }

        return hint + EalLog.Quote(EalLog.Read());
    }

    private static bool IsDriverKnown(DeviceName device)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(device.PortName + '\0'))
        {
            return Native.DriverKnown(name) != 0;
        }
    }

    private void Run()
    {
        var status = Native.LogOpen();
        if (status == 0)
        {
            status = InitialiseHere();
        }

        var log = EalLog.Read();
        if (status < 0)
        {
            started.SetException(new DpdkException($"starting EAL ({string.Join(' ', Arguments)})", status, EalLog.Quote(log)));
            return;
        }

        started.SetResult(log);
        end.Wait();
        cleanupStatus = Native.EalCleanup();
        // EAL leaves the folder of its file prefix behind. Where that is not empty, DPDK secondaries may still look into it, and this fails.
        _ = RemoveFolder(Native.RuntimeDirectory());
    }

    private int InitialiseHere()
    {
        // EAL permutes and keeps its arguments: they have to outlive it, so they are never freed.
        var vector = (byte**)NativeMemory.Alloc((nuint)(Arguments.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < Arguments.Count; i++)
        {
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(Arguments[i]);
        }

        vector[Arguments.Count] = null;
        return Native.EalInit(Arguments.Count, vector);
    }

    [LibraryImport("libc", EntryPoint = "rmdir")]
    private static partial int RemoveFolder(byte* path);
}
