using System.Text.RegularExpressions;
using System.Xml.Linq;
using NvgreGateway.Tests;

namespace NvgreGateway.Exchange.Tests;

/// <summary>Each floor imports only floors below it, and the two sides of a packet's life never each other.</summary>
public sealed partial class FloorTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["NvgreGateway.Packets"] = [],
        ["NvgreGateway.Dpdk"] = [],
        ["NvgreGateway.Exchange"] = ["NvgreGateway.Packets"],
        ["NvgreGateway.Dataplane"] = ["NvgreGateway.Packets", "NvgreGateway.Dpdk", "NvgreGateway.Exchange"],
        ["NvgreGateway.Control"] = ["NvgreGateway.Packets", "NvgreGateway.Exchange"],
        ["NvgreGateway"] = ["NvgreGateway.Packets", "NvgreGateway.Dpdk", "NvgreGateway.Exchange", "NvgreGateway.Dataplane", "NvgreGateway.Control"],
    };

    public static TheoryData<string> Projects => [.. s_allowed.Keys];

    private static string Source
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "NvgreGateway.sln")))
                {
                    return Path.Combine(folder.FullName, "src");
                }
            }

            throw new DirectoryNotFoundException("the tests do not run inside the source tree");
        }
    }

    [Fact]
    public void EveryProjectHasItsFloor() =>
        Assert.Equal(s_allowed.Keys.Order(StringComparer.Ordinal), Directory.GetDirectories(Source).Select(static d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));

    /// <summary>What DPDK's own parser or a device makes of a packet decides nothing: it takes any GRE with 0x6558 for NVGRE, key or not.</summary>
    [Fact]
    [Requirement("C-063")]
    public void NobodyAsksDpdkWhatAPacketIs()
    {
        string[] native = Directory.GetFiles(Path.Combine(Source, "..", "native"), "*.c");
        Assert.NotEmpty(native);
        Assert.DoesNotContain(native, static f => File.ReadAllText(f).Contains("rte_net_get_ptype", StringComparison.Ordinal));
        string[] dataplane = Directory.GetFiles(Path.Combine(Source, "NvgreGateway.Dataplane"), "*.cs");
        // There it only tells whose checksum a device's verdict is about (C-042, C-043).
        string[] asking = [.. dataplane.Where(static f => File.ReadAllText(f).Contains("->PacketType", StringComparison.Ordinal)).Select(static f => Path.GetFileName(f)!)];
        Assert.Equal(["InnerChecksumStage.cs"], asking);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferencesOnlyFloorsBelow(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(Source, project, project + ".csproj"));
        string[] references = [.. file.Descendants("ProjectReference").Select(static r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];
        Assert.Empty(references.Except(s_allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void SourceNamesOnlyFloorsBelow(string project)
    {
        // References are transitive: what the project file does not say, a using could still reach.
        string[] forbidden = [.. s_allowed.Keys.Where(p => p != project && p != "NvgreGateway" && !s_allowed[project].Contains(p))];
        var wrong = new List<string>();
        int files = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, project), "*.cs", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(Path.Combine(Source, project), file);
            if (relative.StartsWith("obj" + Path.DirectorySeparatorChar, StringComparison.Ordinal) || relative.StartsWith("bin" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                continue;
            }

            files++;
            foreach (string line in File.ReadLines(file))
            {
                wrong.AddRange(Used().Matches(Comment().Replace(line, "")).Select(static m => m.Value).Where(used => forbidden.Any(f => used == f || used.StartsWith(f + ".", StringComparison.Ordinal)))
                    .Select(used => $"{relative}: {used}"));
            }
        }

        Assert.True(files > 0);
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"NvgreGateway(\.[A-Z]\w*)+")]
    private static partial Regex Used();

    [GeneratedRegex(@"//.*$|""[^""]*""")]
    private static partial Regex Comment();
}
