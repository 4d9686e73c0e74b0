namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Where things are on the machine that runs the tests, and names that no other run uses.</summary>
internal static class Machine
{
    // Made when first asked for: the report needs none.
    private static readonly Lazy<string> s_runFolder = new(MakeRunFolder);

    /// <summary>The root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Our lab scripts.</summary>
    public static string Lab => Path.Combine(Root, "tests", "lab");

    /// <summary>A short word of this run; names of namespaces, interfaces and gateways carry it.</summary>
    public static string Tag { get; } = Environment.ProcessId.ToString("x");

    /// <summary>The folder for sockets and state of this run.</summary>
    public static string RunFolder => s_runFolder.Value;

    /// <summary>Every process of this run carries this environment variable, so that scripts/test.sh finds what is left behind.</summary>
    public const string TokenVariable = "NVGRE_GATEWAY_TEST_RUN";

    /// <summary>The value of <see cref="TokenVariable"/>.</summary>
    public static string Token { get; } = Environment.GetEnvironmentVariable(TokenVariable) ?? Guid.NewGuid().ToString("n");

    /// <summary>The folder that keeps logs and captures of one test.</summary>
    public static string ArtifactsOf(string test)
    {
        string path = Path.Combine(Root, "artifacts", "e2e", test);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateDirectory(path);
        return path;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "NvgreGateway.sln")))
            {
                return d.FullName;
            }
        }

        throw new InvalidOperationException("the tests run from inside the source tree");
    }

    private static string MakeRunFolder()
    {
        string path = "/run/nvgre-test-" + Tag;
        Directory.CreateDirectory(path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
