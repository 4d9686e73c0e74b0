using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>scripts/setup-hugepages.sh over made-up NUMA nodes: plain files take what is written, as the kernel with memory to spare does.</summary>
public sealed class SetupHugepagesTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
    private readonly string mount;

    public SetupHugepagesTests() => mount = root.CreateSubdirectory("mount").FullName;

    [Fact]
    public void Pages_are_shared_among_the_nodes_and_mounted()
    {
        AddNode(0, reserved: 0);
        AddNode(1, reserved: 200);
        AddNode(2, reserved: 5);

        var (exit, output, _) = Run("100");

        Assert.Equal(0, exit);
        Assert.Equal((34, 200, 33), (Reserved(0), Reserved(1), Reserved(2)));
        Assert.Contains("node0: raised 0 pages to 34", output);
        Assert.Contains("node1: 200 pages reserved (200 free), 33 wanted: nothing to do", output);
        Assert.Contains($" {mount} hugetlbfs ", File.ReadAllText("/proc/mounts"));
        Assert.Contains($"{mount}: mounted", Run("100").Output);
    }

    [Fact]
    public void Default_is_512_pages()
    {
        AddNode(0, reserved: 0);
        Assert.Equal(0, Run().Exit);
        Assert.Equal(512, Reserved(0));
    }

    [Fact]
    public void Dry_run_says_and_changes_nothing()
    {
        AddNode(0, reserved: 7);
        var (exit, output, _) = Run("--dry-run", "64");
        Assert.Equal(0, exit);
        Assert.Equal(7, Reserved(0));
        Assert.Contains("node0: would raise 7 pages to 64", output);
        Assert.Contains($"{mount}: would mount hugetlbfs", output);
        Assert.DoesNotContain(mount, File.ReadAllText("/proc/mounts"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("12MB")]
    [InlineData("--verbose")]
    public void Bad_usage_is_told_from_failure(string argument)
    {
        AddNode(0, reserved: 7);
        var (exit, _, errors) = Run(argument);
        Assert.Equal(2, exit);
        Assert.Contains($"'{argument}'", errors);
        Assert.Equal(7, Reserved(0));
    }

    [Fact]
    public void Without_root_nothing_is_tried()
    {
        AddNode(0, reserved: 7);
        var (exit, _, errors) = Run(["64"], "setpriv", "--reuid", "65534", "--clear-groups");
        Assert.Equal(1, exit);
        Assert.Contains("needs root", errors);
        Assert.Equal(7, Reserved(0));
    }

    [Fact]
    public void Help_is_help()
    {
        var (exit, output, _) = Run("--help");
        Assert.Equal(0, exit);
        Assert.Contains("--dry-run", output);
    }

    public void Dispose()
    {
        if (File.ReadAllText("/proc/mounts").Contains($" {mount} ", StringComparison.Ordinal))
        {
            using var unmount = Process.Start("umount", mount);
            unmount.WaitForExit();
        }

        root.Delete(true);
    }

    private static string Script()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NvgreGateway.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException("the tests run outside the source tree");
        }

        return File.ReadAllText(Path.Combine(folder, "scripts/setup-hugepages.sh"));
    }

    private string Pool(int node) => Path.Combine(root.FullName, $"node{node}/hugepages/hugepages-2048kB");

    private int Reserved(int node) => int.Parse(File.ReadAllText(Path.Combine(Pool(node), "nr_hugepages")));

    private void AddNode(int node, int reserved)
    {
        Directory.CreateDirectory(Pool(node));
        File.WriteAllText(Path.Combine(Pool(node), "nr_hugepages"), $"{reserved}\n");
        File.WriteAllText(Path.Combine(Pool(node), "free_hugepages"), $"{reserved}\n");
    }

    private (int Exit, string Output, string Errors) Run(params string[] arguments) => Run(arguments, "env");

    private (int Exit, string Output, string Errors) Run(string[] arguments, string program, params string[] before)
    {
        // By standard input, so that another user needs no access to the tree.
        var start = new ProcessStartInfo(program, [.. before, "bash", "-s", "--", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HUGEPAGES_NODES_ROOT"] = root.FullName, ["HUGEPAGES_MOUNT"] = mount },
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(Script());
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
