using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Data;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Supervision;

/// <summary>What of this machine does not suit a configuration, in plain words with what to do about it. The gateway starts all the same, or says why not.</summary>
internal static class MachineAdvice
{
    private const long PageBytes = 2 << 20;
    private const int PoolReserve = 64, RoomAndHead = 2176 + 256;

    /// <summary>Looks at the machine.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="sys">Where sysfs is.</param>
    /// <returns>Sentences; none where all is well, or where ports are no NICs and need nothing.</returns>
    internal static IReadOnlyList<string> Of(GatewayConfiguration configuration, string sys = "/sys")
    {
        var advice = new List<string>();
        (string Name, string Address)[] nics =
        [
            .. configuration.Ports.Select(static p => (p.Name, Device: DeviceName.Parse(p.Device))).Where(static p => p.Device.Kind == DeviceKind.Pci).Select(static p => (p.Name, p.Device.PortName)),
        ];
        AddPages(advice, configuration, nics.Length > 0, sys);
        foreach ((string name, string address) in nics)
        {
            string device = Path.Combine(sys, "bus/pci/devices", address);
            if (!Directory.Exists(device))
            {
                advice.Add($"port {name}: there is no PCI device {address} in this machine; 'scripts/bind-nic.sh status' lists the network devices");
                continue;
            }

            AddDriver(advice, name, address, device);
            AddNode(advice, configuration, name, address, Number(Path.Combine(device, "numa_node")) ?? -1, sys);
        }

        return advice;
    }

    private static void AddPages(List<string> advice, GatewayConfiguration configuration, bool hasNics, string sys)
    {
        if (configuration.Memory.Hugepages == HugepageMode.Off)
        {
            if (hasNics)
            {
                advice.Add("memory.hugepages is off, but NICs read and write physical memory: most do not start without huge pages; leave the key out");
            }

            return;
        }

        long free = Number(Path.Combine(sys, "kernel/mm/hugepages/hugepages-2048kB/free_hugepages")) ?? 0;
        long wanted = Megabytes(configuration) * (1 << 20) / PageBytes;
        if (free < wanted)
        {
            string left = free == 0 ? "no huge pages of 2 MB are free" : string.Create(CultureInfo.InvariantCulture, $"{free} huge pages of 2 MB are free");
            string effect = hasNics ? "NICs may not start" : "ordinary pages are used, which are slower";
            advice.Add(string.Create(CultureInfo.InvariantCulture, $"{left}, about {wanted} are needed: {effect}; scripts/setup-hugepages.sh {wanted} reserves them"));
        }
    }

    // As the data process reckons, for frames of ordinary length.
    private static long Megabytes(GatewayConfiguration configuration)
    {
        if (configuration.Memory.Megabytes is { } given and > 0)
        {
            return given;
        }

        long workers = configuration.Workers.Cores.Count, queues = configuration.Ports.Sum(p => Math.Min(p.Queues, workers));
        return Math.Max(256, PoolReserve + (Math.Max(8192, (queues * 2 * PortKeeper.Descriptors) + (workers * 4096)) * RoomAndHead >> 20));
    }

    private static void AddDriver(List<string> advice, string name, string address, string device)
    {
        string? driver = new DirectoryInfo(Path.Combine(device, "driver")).LinkTarget is { } target ? Path.GetFileName(target) : null;
        if (driver is not ("vfio-pci" or "uio_pci_generic" or "igb_uio" or "mlx4_core" or "mlx5_core"))
        {
            string state = driver is null ? "has no driver" : $"belongs to the kernel's driver {driver}";
            advice.Add($"port {name}: {address} {state}: 'scripts/bind-nic.sh bind {address}' hands it to DPDK");
        }
    }

    private static void AddNode(List<string> advice, GatewayConfiguration configuration, string name, string address, long node, string sys)
    {
        if (node < 0)
        {
            return;
        }

        int[] elsewhere = [.. configuration.Workers.Cores.Where(c => NodeOf(c, sys) is { } n && n != node)];
        if (elsewhere.Length > 0)
        {
            advice.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"port {name}: {address} is on NUMA node {node}, but of workers.cores {string.Join(", ", elsewhere)} are on another node: every packet crosses between them; take cores of node {node}"));
        }

        string pool = Path.Combine(sys, string.Create(CultureInfo.InvariantCulture, $"devices/system/node/node{node}/hugepages/hugepages-2048kB/free_hugepages"));
        if (configuration.Memory.Hugepages != HugepageMode.Off && Number(pool) == 0)
        {
            advice.Add(string.Create(CultureInfo.InvariantCulture, $"port {name}: {address} is on NUMA node {node}, which has no free huge pages of 2 MB; scripts/setup-hugepages.sh reserves them on every node"));
        }
    }

    // A processor's folder has a link to its node.
    private static int? NodeOf(int core, string sys)
    {
        string folder = Path.Combine(sys, string.Create(CultureInfo.InvariantCulture, $"devices/system/cpu/cpu{core}"));
        string? node = Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, "node*").Select(Path.GetFileName).FirstOrDefault() : null;
        return node is not null && int.TryParse(node["node".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private static long? Number(string file)
    {
        try
        {
            return File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a container may hide it: no advice then
        }
    }
}
